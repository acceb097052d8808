// The icons, drawn here so that nothing is fetched; they are decoration and have no name.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  attach: [
    "M20.5 11.5 12 20a5.6 5.6 0 0 1-8-8l8.7-8.7a3.8 3.8 0 0 1 5.3 5.4l-8.6 8.6a1.9 1.9 0 0 1-2.7-2.7l7.9-7.8",
  ],
  bolt: ["M13 2.5 4.5 13.5H11l-1 8 8.5-11H12z"],
  chat: [
    "M12 3.5c-5 0-8.8 3.4-8.8 7.8 0 2.5 1.2 4.6 3.2 6v3.4l3.1-1.8c.8.2 1.6.3 2.5.3 5 0 8.8-3.4 8.8-7.9S17 3.5 12 3.5z",
  ],
  close: ["M6 6l12 12M18 6 6 18"],
  down: ["M12 5v14M6 13l6 6 6-6"],
  file: ["M13.5 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8.5z", "M13.5 3v5.5H19"],
  left: ["M14.5 6l-6 6 6 6"],
  more: [
    "M5 11.2a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6z",
    "M12 11.2a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6z",
    "M19 11.2a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6z",
  ],
  out: ["M9 5H5v14h14v-4M13 5h6v6M19 5l-9 9"],
  people: [
    "M9 11.5a3.6 3.6 0 1 0 0-7.2 3.6 3.6 0 0 0 0 7.2z",
    "M2.5 19.5c.5-3.3 3.2-5.2 6.5-5.2s6 1.9 6.5 5.2",
    "M16 4.6a3.5 3.5 0 0 1 0 6.6M18 14.7c2 .8 3.2 2.5 3.5 4.8",
  ],
  phone: [
    "M6.5 3.5 9 8 7 10c1 2.8 3.2 5.6 7 7l2-2 4.5 2.5c0 2-1.5 3.5-3.5 3-7.5-1-13-7-13.5-13.5 0-2 1.5-3.3 3-3.5z",
  ],
  plus: ["M12 5v14M5 12h14"],
  reply: ["M9.5 6 4 11.5 9.5 17M4.5 11.5H14c3.5 0 6 2.5 6 7"],
  right: ["M9.5 6l6 6-6 6"],
  send: ["M4 11.8 20 4l-5.5 16-3.2-6.8z", "M20 4l-8.7 9.2"],
  sliders: [
    "M4 7h9M18 7h2M4 17h2M11 17h9",
    "M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
    "M8.5 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  ],
  smile: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M8.5 14.2c1.7 2.7 5.3 2.7 7 0M9 9.5v.3M15 9.5v.3"],
};

/** Let the page have *more* icons: names to the lines that they are drawn of. */
export function addIcons(more) {
  Object.assign(PATHS, more);
}

/** Return the icon of this name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
