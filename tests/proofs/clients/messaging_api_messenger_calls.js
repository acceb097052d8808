// The calls of messaging-api-messenger 1.1.0, unchanged but for the host, which is an option.
//
// It prints one JSON line per check, as `checking.py` does: what is expected, Meta's
// documentation says or public captures show. The client turns the names of what it is
// answered into camel case.
"use strict";

const fs = require("fs");
const { MessengerClient } = require("messaging-api-messenger");

const here = JSON.parse(process.env.SANDBOX);
const to = here.person;
const like = (pattern) => ({ "~": pattern });
const ANY = like(".+");
const ID = like("[0-9]{10,}");
const MID = like("m_[\\w=-]+");
const DONE = { result: "success" };
const SUCCESS = { success: true };
const MORE = { type: "postback", title: "More", payload: "MORE" };
const SITE = { type: "web_url", title: "Site", url: "https://example.com/" };
const sent = (psid) => ({ recipientId: psid, messageId: MID });
const refused = (message, code, errorSubcode, type = "OAuthException") => ({
  status: 400,
  error: { message, type, code, ...(errorSubcode && { errorSubcode }), fbtraceId: ANY },
});
const client = (more = {}) =>
  new MessengerClient({ accessToken: here.token, origin: here.url, ...more });
const one = client();

async function outcome(call) {
  try {
    return (await call()) ?? null;
  } catch (error) {
    if (!error.response) return { raises: `${error.name}: ${error.message}` };
    return { status: error.response.status, ...error.response.data };
  }
}

async function check(name, source, expected, call, fault = false) {
  const got = await outcome(call);
  const told = { check: name, expected, got, source, ...(fault && { fault }) };
  console.log(JSON.stringify(told));
  return got ?? {};
}

function lineOf(file, part) {
  const path = require.resolve(`messaging-api-messenger/dist/${file}`);
  const lines = fs.readFileSync(path, "utf8").split("\n");
  const index = lines.findIndex((line) => line.includes(part));
  return `${file}:${index + 1}: ${lines[index].trim()}`;
}

async function sends() {
  const quickReplies = [{ contentType: "text", title: "Red", payload: "RED" }];
  const hat = { title: "Hat", subtitle: "Of straw", buttons: [MORE, SITE] };
  const receipt = {
    recipientName: "Ana Example",
    orderNumber: "4711",
    currency: "EUR",
    paymentMethod: "Cash",
    summary: { totalCost: 12.5 },
  };
  const got = sent(to);
  await check("text", "PLATFORM §2.11", got, () => one.sendText(to, "Hello 👋"));
  await check("quick replies", "PLATFORM §2.6", got, () =>
    one.sendText(to, "Which colour?", { quickReplies }),
  );
  await check("generic template", "PLATFORM §4.2", got, () => one.sendGenericTemplate(to, [hat]));
  await check("button template", "PLATFORM §4.3", got, () =>
    one.sendButtonTemplate(to, "?", [MORE, SITE]),
  );
  await check("receipt template", "PLATFORM §4.5", got, () => one.sendReceiptTemplate(to, receipt));
  for (const kind of ["Image", "Audio", "Video", "File"]) {
    const url = `https://example.com/${kind.toLowerCase()}`;
    await check(`${kind} by URL`, "PLATFORM §3.1", got, () => one[`send${kind}`](to, url));
  }
  const action = { recipientId: to };
  await check("seen", "PLATFORM §2.7", action, () => one.markSeen(to));
  await check("typing on", "PLATFORM §2.7", action, () => one.typingOn(to));
  await check("typing off", "PLATFORM §2.7", action, () => one.typingOff(to));
  const human = { tag: "HUMAN_AGENT" };
  await check("human agent", "PLATFORM §2.4", sent(here.late), () =>
    one.sendText(here.late, "A person writes", human),
  );
  const retired = refused("Invalid parameter", 100, 1893061);
  await check("retired tag", "PLATFORM §2.4", retired, () =>
    one.sendText(here.late, "x", { tag: "ACCOUNT_UPDATE" }),
  );
}

async function files() {
  const saved = { attachmentId: ID };
  const url = "https://example.com/kept.png";
  const reusable = { isReusable: true };
  const photo = () => fs.createReadStream(here.image);
  await check("upload by URL", "PLATFORM §3.3", saved, () => one.uploadImage(url, reusable));
  const kept = await check("upload in parts", "PLATFORM §3.3", saved, () =>
    one.uploadImage(photo(), reusable),
  );
  const by = { attachmentId: kept.attachmentId };
  await check("image by its id", "PLATFORM §3.1", sent(to), () => one.sendImage(to, by));
  const element = { mediaType: "image", attachmentId: kept.attachmentId, buttons: [MORE] };
  await check("media template", "PLATFORM §4.4", sent(to), () =>
    one.sendMediaTemplate(to, [element]),
  );
  await check("image in parts", "PLATFORM §3.1", sent(to), () => one.sendImage(to, photo()));
  const bytes = fs.readFileSync(here.image);
  const named = { filename: "bytes.png", contentType: "image/png" };
  await check("image from memory", "PLATFORM §3.1", sent(to), () =>
    one.sendImage(to, bytes, named),
  );
  const failed = refused(ANY, 100, 2018047);
  await check("image as video", "PLATFORM §3.4", failed, () => one.uploadVideo(photo()));
  const lost = { attachmentId: "1000000000000001" };
  const missing = refused(ANY, 100, 2018074);
  await check("lost attachment", "PLATFORM §3.4", missing, () => one.sendImage(to, lost));
}

async function profile() {
  const item = { type: "postback", title: "Help", payload: "HELP" };
  const menu = [{ locale: "default", composerInputDisabled: false, callToActions: [item] }];
  const greeting = [{ locale: "default", text: "Hello {{user_first_name}}" }];
  const question = { question: "Where are you?", payload: "WHERE" };
  const domains = ["https://shop.example.com"];
  const link = "https://shop.example.com/link";
  const breakers = [{ locale: "default", callToActions: [question] }];
  const rows = [
    ["GetStarted", "START", { payload: "START" }],
    ["Greeting", "Hello {{user_first_name}}", greeting],
    ["PersistentMenu", [item], menu],
    ["IceBreakers", [question], breakers],
    ["WhitelistedDomains", domains, domains],
    ["AccountLinkingURL", link, link],
  ];
  const source = "PLATFORM §5.1, §5.2";
  for (const [name, given, told] of rows) {
    await check(`set ${name}`, source, DONE, () => one[`set${name}`](given));
    await check(`get ${name}`, source, told, () => one[`get${name}`]());
  }
  const own = "PLATFORM §5.3";
  await check("set own menu", own, DONE, () => one.setUserPersistentMenu(to, [item]));
  await check("get own menu", own, menu, () => one.getUserPersistentMenu(to));
  await check("delete own menu", own, DONE, () => one.deleteUserPersistentMenu(to));
  const needed = refused(like("\\(#100\\) .+"), 100);
  await check("start under a menu", source, needed, () => one.deleteGetStarted());
  for (const name of rows.map(([each]) => each).reverse()) {
    await check(`delete ${name}`, source, DONE, () => one[`delete${name}`]());
    await check(`no ${name}`, source, null, () => one[`get${name}`]());
  }
}

async function personas() {
  const looks = { name: "Jo", profilePictureUrl: "https://example.com/jo.png" };
  const source = "PLATFORM §6.2";
  const { id } = await check("create persona", source, { id: ID }, () => one.createPersona(looks));
  const known = { ...looks, id };
  await check("get persona", source, known, () => one.getPersona(id));
  const paging = { cursors: { before: ANY, after: ANY } };
  await check("list personas", source, { data: [known], paging }, () => one.getPersonas());
  await check("all personas", "PLATFORM §6.5", [known], () => one.getAllPersonas());
  const under = { personaId: id };
  await check("as a persona", "PLATFORM §2.1", sent(to), () => one.sendText(to, "Jo here", under));
  const typed = { recipientId: to };
  await check("typing persona", "PLATFORM §2.7", typed, () => one.typingOn(to, under));
  await check("delete persona", source, SUCCESS, () => one.deletePersona(id));
}

async function threads() {
  const { handed } = here;
  const source = "PLATFORM §6.3";
  const owner = { appId: here.app, expiration: ANY };
  await check("thread owner", source, owner, async () => {
    const told = await one.getThreadOwner(handed);
    return { ...told, expiration: String(told.expiration) };
  });
  const others = [{ id: here.other_app, name: ANY }];
  await check("secondary receivers", source, others, () => one.getSecondaryReceivers());
  await check("pass", source, SUCCESS, () => one.passThreadControl(handed, here.other_app, "yours"));
  const other = refused(like("\\(#10\\) .+"), 10, 2018300);
  await check("send without control", source, other, () => one.sendText(handed, "x"));
  await check("request", source, SUCCESS, () => one.requestThreadControl(handed));
  await check("take", source, SUCCESS, () => one.takeThreadControl(handed, "mine"));
  await check("pass to inbox", source, SUCCESS, () => one.passThreadControlToPageInbox(handed));
  const wrong = refused(ANY, 100, 2018164);
  await check("take again", source, SUCCESS, () => one.takeThreadControl(handed));
  await check("pass to nobody", source, wrong, () => one.passThreadControl(handed, "1"));
}

async function readings() {
  const fields = ["first_name", "last_name"];
  const known = { firstName: "Ana", lastName: "Example", id: to };
  await check("user profile", "PLATFORM §6.1", known, () => one.getUserProfile(to, { fields }));
  const gone = refused(like("Unsupported get request.+"), 100, 33, "GraphMethodException");
  await check("nobody's profile", "PLATFORM §6.1", gone, () => one.getUserProfile(here.stranger));
  const page = { name: "Sandbox Page", id: here.page };
  await check("page", "PLATFORM §1.7", page, () => one.getPageInfo());
  const app = client({ appId: here.app, appSecret: here.secret, skipAppSecretProof: true });
  await check("token", "PLATFORM §6.6", "PAGE true", async () => {
    const told = await app.debugToken();
    return `${told.type} ${told.isValid}`;
  });
}

async function refusals() {
  const signed = client({ appSecret: here.secret });
  const forged = client({ appSecret: "0".repeat(32) });
  const lost = client({ accessToken: "lost" });
  const proof = refused(
    "Invalid appsecret_proof provided in the API argument",
    100,
    undefined,
    "GraphMethodException",
  );
  await check("proof", "PLATFORM §1.6", sent(to), () => signed.sendText(to, "Proven"));
  await check("wrong proof", "PLATFORM §1.6", proof, () => forged.sendText(to, "x"));
  await check("bad token", "PLATFORM §8.4", refused(ANY, 190), () => lost.sendText(to, "x"));
  const late = like("\\(#10\\) This message is sent outside of (the )?allowed window\\.");
  const unknown = refused("(#100) No matching user found", 100, 2018001);
  const rows = [
    ["outside the window", "corpus node-messenger-tests 10/2018278", here.late, refused(late, 10, 2018278)],
    ["unknown person", "PLATFORM §8.4, 100/2018001", here.stranger, unknown],
    ["person who blocked", "corpus ptt-alertor 551/1545041", here.blocked, refused(ANY, 551, 1545041)],
  ];
  for (const [name, source, psid, expected] of rows) {
    await check(name, source, expected, () => one.sendText(psid, "x"));
  }
  const long = refused("(#100) Length of param message[text] must be less than or equal to 2000", 100);
  await check("long text", "PLATFORM §4.13", long, () => one.sendText(to, "x".repeat(2001)));
  const empty = refused(ANY, 100, 2018034);
  await check("empty message", "PLATFORM §4.13", empty, () => one.sendMessage(to, {}));
  const removed = refused("(#100) Invalid template type", 100);
  await check("removed template", "PLATFORM §4.13", removed, () =>
    one.sendTemplate(to, { templateType: "list" }),
  );
  const dead = refused(ANY, 100, 2018008);
  await check("dead URL", "PLATFORM §3.4", dead, () =>
    one.sendImage(to, "https://nowhere.invalid/a.png"),
  );
}

async function beyond() {
  const text = { recipient: { id: to }, messagingType: "RESPONSE", message: { text: "Batched" } };
  const item = { method: "POST", relativeUrl: "me/messages", body: text };
  await check("batch", "PLATFORM §6.9", [{ code: 200, body: sent(to) }], () =>
    one.sendBatch([item], { includeHeaders: false }),
  );
  await check("create label", "PLATFORM §6.7", { id: ID }, () => one.createLabel("Vip"));
  const metric = "page_messages_new_conversations_unique";
  const insight = { name: metric, period: "day", values: [], title: ANY, description: ANY, id: ANY };
  await check("insights", "PLATFORM §6.8", [insight], () => one.getInsights([metric]));
  await check("NLP", "PLATFORM §6.7", SUCCESS, () => one.enableNLP());
}

async function faults() {
  const memory = lineOf("Messenger.js", "formdata.append('filedata'");
  const bytes = fs.readFileSync(here.image);
  const where = `${memory} - a Buffer without options has no filename, so it is no file`;
  await check("image without a name", where, refused(ANY, 100), () => one.sendImage(to, bytes), true);
}

(async () => {
  for (const part of [sends, files, profile, personas, threads, readings, refusals, beyond, faults]) {
    await part();
  }
})();
