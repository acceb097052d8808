// The files that wait to be sent with the next message.

import { arrange, el, show } from "./dom.js";
import { icon } from "./icons.js";
import { plain } from "./text.js";

const LARGEST = 25 * 1024 * 1024; // bytes, as in Messenger

/**
 * Return {node, add(files), takeAll()}; *tell* is called with what is wrong with a file. With
 * *preview* pictures are shown, which wants a page that may show blobs.
 */
export function trayView({ changed, tell, preview = false }) {
  const list = el("ul", { class: "tray", "aria-label": "Files to send", hidden: true });
  let files = [];

  const draw = () => {
    arrange(list, files.map(item));
    show(list, files.length > 0);
    changed();
  };
  const item = (file) => {
    const name = plain(file.name) || "File";
    const remove = () => {
      files = files.filter((other) => other !== file);
      draw();
    };
    const label = `Remove ${name}`;
    return el(
      "li",
      {},
      preview && file.type.startsWith("image/") ? thumbnail(file) : icon("file"),
      el("bdi", { text: name }),
      el(
        "button",
        { type: "button", class: "round tiny", "aria-label": label, title: label, onclick: remove },
        icon("close"),
      ),
    );
  };

  return {
    node: list,
    get isEmpty() {
      return files.length === 0;
    },
    add(more) {
      for (const file of more) {
        if (file.size > LARGEST) tell(`${plain(file.name)} is larger than 25 MB.`);
        else if (file.size === 0) tell(`${plain(file.name)} is empty.`);
        else files.push(file);
      }
      draw();
    },
    takeAll() {
      const all = files;
      files = [];
      draw();
      return all;
    },
  };
}

function thumbnail(file) {
  const url = URL.createObjectURL(file);
  const done = () => URL.revokeObjectURL(url);
  const broken = ({ target }) => (done(), target.replaceWith(icon("file")));
  return el("img", { class: "thumbnail", src: new URL(url), alt: "", onload: done, onerror: broken });
}
