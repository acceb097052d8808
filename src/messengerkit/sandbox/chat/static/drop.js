// Takes files that are dragged onto an element; a file dropped beside it must not replace the page.

const bringsFiles = (event) => event.dataTransfer?.types.includes("Files");

/** Call *take* with the files that are dropped on *node*, which has the class `dropping` meanwhile. */
export function takesDrops(node, take) {
  let depth = 0; // dragenter and dragleave come for each child too
  const over = (change) => {
    depth = Math.max(0, depth + change);
    node.classList.toggle("dropping", depth > 0);
  };
  node.addEventListener("dragenter", (event) => bringsFiles(event) && over(1));
  node.addEventListener("dragleave", (event) => bringsFiles(event) && over(-1));
  node.addEventListener("drop", (event) => {
    if (!bringsFiles(event)) return;
    over(-depth);
    take(event.dataTransfer.files);
  });
}

/** Keep the browser from opening a file that is dropped anywhere on this page. */
export function refuseStrayDrops() {
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => bringsFiles(event) && event.preventDefault());
  }
}
