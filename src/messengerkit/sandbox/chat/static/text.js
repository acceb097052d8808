// What text from outside looks like: names that disguise nothing, initials, and tall scripts.

const REORDERING = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
const MYANMAR = /[\u1000-\u109F\uA9E0-\uA9FF\uAA60-\uAA7F]/;
const FEW_EMOJI = emojiPattern();

// Browsers that do not know this flag refuse the pattern, so it is no literal.
function emojiPattern() {
  try {
    return new RegExp("^(?:\\p{RGI_Emoji}){1,3}$", "v");
  } catch {
    return null;
  }
}

/** Return a name or title with each character that reorders its neighbours spelt out. */
export function plain(raw) {
  const name = typeof raw === "string" ? raw : "";
  return name.replace(
    REORDERING,
    (mark) => `[U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`,
  );
}

/** Return the first letters of up to two words, as a reader would call letters. */
export function initials(name) {
  const words = String(name)
    .replace(REORDERING, "")
    .split(/\s+/u)
    .map((word) => word.replace(/^[\p{P}\p{S}]+(?=[\p{L}\p{N}])/u, ""))
    .filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map(firstLetter).join("").toUpperCase() || "?";
}

function firstLetter(word) {
  if (!("Segmenter" in Intl)) return Array.from(word)[0];
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(word))
    return segment;
  return "";
}

/** Whether *text* is one to three emoji and nothing else. */
export function isFewEmoji(text) {
  return FEW_EMOJI !== null && FEW_EMOJI.test(text.trim().replace(/^\u2764$/u, "\u2764\uFE0F"));
}

/** Whether *text* has letters that stack higher than a Latin line. */
export function isTall(text) {
  return MYANMAR.test(text);
}

/** Return a number from 0 to *count* - 1 that is always the same for *text*. */
export function shade(text, count) {
  let sum = 0;
  for (const char of String(text)) sum = (sum * 31 + char.codePointAt(0)) % 9973;
  return sum % count;
}

/** Return *count* with its noun. */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
