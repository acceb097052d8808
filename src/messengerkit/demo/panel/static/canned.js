// The answers that stand ready: those that came with the panel, and this browser's own.

const KEY = "messengerkit.canned";
const MOST = 100; // of one's own
const REORDERING = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

let shipped = null;

/** Return all answers, each {title, text, own}; one's own come first. */
export async function cannedAnswers() {
  shipped ??= load();
  return [...own(), ...(await shipped)];
}

async function load() {
  try {
    const response = await fetch(new URL("canned.json", import.meta.url));
    return valid(await response.json()).map((one) => ({ ...one, own: false }));
  } catch {
    shipped = null; // asked for again the next time
    return [];
  }
}

/** Keep *text* as an answer of one's own. */
export function keepAnswer(text) {
  const title = text.split(/\s+/u).slice(0, 5).join(" ").slice(0, 40);
  const others = own().filter((one) => one.text !== text);
  write([{ title, text }, ...others].slice(0, MOST));
}

/** Forget *answer*, one of one's own. */
export function forgetAnswer(answer) {
  write(own().filter((one) => one.text !== answer.text));
}

/** Return those of *answers* that have all words of *query*, in their title or their text. */
export function matching(answers, query) {
  const words = query.toLowerCase().split(/\s+/u).filter(Boolean);
  return answers.filter(({ title, text }) =>
    words.every((word) => `${title} ${text}`.toLowerCase().includes(word)),
  );
}

/** Return the text of *answer* for the person *name*; without a known name the gap closes. */
export function filled({ text }, name) {
  const known = name.replace(REORDERING, "").trim().split(/\s+/u)[0];
  if (known) return text.replaceAll("{name}", () => known); // "$&" in a name is no pattern
  return text.replace(/,? \{name\}/g, "").replaceAll("{name}", "");
}

function own() {
  try {
    return valid(JSON.parse(localStorage.getItem(KEY) ?? "[]")).map((one) => ({ ...one, own: true }));
  } catch {
    return [];
  }
}

function write(answers) {
  localStorage.setItem(KEY, JSON.stringify(answers.map(({ title, text }) => ({ title, text }))));
}

function valid(answers) {
  if (!Array.isArray(answers)) return [];
  return answers.filter((one) => typeof one?.title === "string" && typeof one?.text === "string");
}
