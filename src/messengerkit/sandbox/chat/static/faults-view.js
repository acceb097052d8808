// The faults that the page's backend will meet: script one, see those that wait, forget all.

import { arrange, el, say, show } from "./dom.js";
import { plain } from "./text.js";

const KINDS = [
  ["graph_error", "Error of the Graph API"],
  ["html", "Page of HTML"],
  ["slow", "Slow answer"],
  ["reset", "Connection reset"],
  ["commit_then_close", "Delivered, then closed"],
  ["commit_then_reset", "Delivered, then reset"],
  ["commit_then_silence", "Delivered, then silence"],
  ["half_head", "Delivered, half the headers"],
  ["half_body", "Delivered, half the body"],
  ["not_http", "Delivered, answer is not HTTP"],
];
const CALLED = new Map(KINDS); // those scripted elsewhere may be of other kinds

/** What each kind takes besides: [field, label, value, least]; those without a value may be left out. */
const TAKES = {
  graph_error: [
    ["code", "Code", "4", 0],
    ["subcode", "Subcode", "", 0],
    ["status", "Status", "400", 200],
  ],
  html: [["status", "Status", "502", 200]],
  slow: [["seconds", "Seconds", "2", 0]],
};

/** Return {update()}, which draws the faults of *store* into *section*. */
export function faultsView(section, store, actions) {
  const list = el("ul", { class: "faults", "aria-label": "Faults that wait" });
  const none = el("p", { class: "muted", text: "None. All goes well." });
  const forget = el("button", { type: "button", class: "quiet", text: "Forget all faults", hidden: true });
  const form = faultForm(actions.scriptFault);
  forget.addEventListener("click", () => {
    actions.forgetFaults();
    form.focus();
  });
  section.append(el("h2", { text: "Faults" }), form.node, list, none, forget);

  return {
    update() {
      const look = JSON.stringify(store.faults);
      show(forget, store.faults.length > 0);
      show(none, store.faults.length === 0);
      show(list, store.faults.length > 0);
      if (list.dataset.look === look) return;
      list.dataset.look = look;
      arrange(
        list,
        store.faults.map((fault) => el("li", {}, ...line(fault, store))),
      );
    },
  };
}

function line({ kind, times, rate, path, psid, page_id: pageId }, store) {
  const often = [
    typeof times === "number" && `${times} ×`,
    typeof rate === "number" && `${Math.round(rate * 100)} % of calls`,
  ];
  const person = psid && (store.people.get(`${pageId ?? store.pages[0]?.id}:${psid}`)?.name ?? psid);
  const details = [...often, path && `on ${plain(path)}`, person && `for ${plain(person)}`];
  return [
    el("span", { text: CALLED.get(kind) ?? plain(kind) }),
    el("span", { class: "muted", text: details.filter(Boolean).join(" · ") }),
  ];
}

function faultForm(script) {
  const kind = el("select", {}, ...KINDS.map(([value, text]) => el("option", { value, text })));
  const times = number(1, "1");
  const more = el("div", { class: "fields" });
  const done = el("p", { class: "sr", role: "status" });
  const add = el("button", { type: "submit", class: "quiet", text: "Script fault" });
  const node = el(
    "form",
    { class: "fault-form", "aria-label": "New fault" },
    el("label", {}, "Kind", kind),
    el("div", { class: "fields" }, el("label", {}, "Times", times)),
    add,
    done,
  );
  const first = node.querySelector(".fields");
  first.after(more);
  let inputs = new Map();

  const choose = () => {
    const fields = (TAKES[kind.value] ?? []).map(([name, label, value, least]) => [
      name,
      label,
      number(least, value),
    ]);
    inputs = new Map(fields.map(([name, , input]) => [name, input]));
    arrange(
      more,
      fields.map(([, label, input]) => el("label", {}, label, input)),
    );
    show(more, fields.length > 0);
  };
  kind.addEventListener("change", choose);
  choose();

  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = [...inputs]
      .filter(([, input]) => input.value !== "")
      .map(([name, input]) => [name, Number(input.value)]);
    say(done, "");
    if (await script({ kind: kind.value, times: Number(times.value), ...Object.fromEntries(given) }))
      say(done, "The fault is scripted.");
  });
  return { node, focus: () => kind.focus() };
}

function number(least, value) {
  return el("input", {
    type: "number",
    min: String(least),
    step: least === 1 ? "1" : "any",
    value,
    required: value !== "",
  });
}
