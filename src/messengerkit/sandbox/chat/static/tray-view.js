// The files that wait to be sent with the next message.

import { arrange, el, show } from "./dom.js";
import { icon } from "./icons.js";
import { plain } from "./text.js";

const LARGEST = 25 * 1024 * 1024; // bytes, as in Messenger

/** Return {node, add(files), takeAll()}; *tell* is called with what is wrong with a file. */
export function trayView({ changed, tell }) {
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
      icon("file"),
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
