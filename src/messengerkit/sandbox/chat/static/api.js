// Speaks the sandbox's HTTP control; what goes wrong is an Error that says so in one sentence.

const ROOT = new URL("../", import.meta.url); // the control lies beside this page's folder

function address(path, query = {}) {
  const url = new URL(path, ROOT);
  for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
  return url;
}

async function call(method, url, options = {}) {
  let response;
  try {
    response = await fetch(url, { method, cache: "no-store", ...options });
  } catch {
    throw new Error("The sandbox does not answer.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || `The sandbox answered with status ${response.status}.`);
  return answer;
}

function post(path, body, method = "POST") {
  const headers = { "Content-Type": "application/json" };
  return call(method, address(path), { headers, body: JSON.stringify(body) });
}

const of = (person, edge = "") => `people/${encodeURIComponent(person.psid)}${edge}`;
const get = (path, query) => call("GET", address(path, query));

export const changesUrl = () => address("changes");

export const pages = async () => (await get("pages")).pages;
export const people = async (page) => (await get("people", { page_id: page.id })).people;
export const makePerson = (name, pageId) => post("people", { name, page_id: pageId });
export const changePerson = (person, change) =>
  post(of(person), { ...change, page_id: person.page_id }, "PATCH");
export const conversation = (person) => get(of(person, "/conversation"), { page_id: person.page_id });

export const write = (person, message) =>
  post(of(person, "/messages"), { ...message, page_id: person.page_id });
export const postback = (person, payload, title) =>
  post(of(person, "/postbacks"), { payload, title, page_id: person.page_id });
export const react = (person, mid, emoji) =>
  post(of(person, "/reactions"), { mid, emoji, page_id: person.page_id });
export const read = (person) => post(of(person, "/read"), { page_id: person.page_id });

export function upload(person, file) {
  const url = address(of(person, "/files"), { filename: file.name || "file", page_id: person.page_id });
  const headers = { "Content-Type": file.type || "application/octet-stream" };
  return call("POST", url, { headers, body: file });
}

export const clock = async () => (await get("clock")).now;
export const advance = async (span) => (await post("clock", { advance: span })).now;
export const faults = async () => (await get("faults")).faults;
export const scriptFault = (fault) => post("faults", fault);
export const forgetFaults = () => call("DELETE", address("faults"));
