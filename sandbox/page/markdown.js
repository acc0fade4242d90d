// Discord's markdown as a tree of plain objects. Pure: no DOM, no state of the page.
//
// `parse(text)` never throws and reads each character at most DEPTH times for each delimiter kind,
// so 4,000 hostile characters (Discord's limit of a message's text) stay harmless.
// Rules: https://support.discord.com/hc/articles/210298617 and
// https://discord.com/developers/docs/reference#message-formatting

const DEPTH = 16;
const SPECIAL = /[\\`*_~|<>[#\-\dh@\s]/;

const RE = {
  heading: / *(#{1,3}) +(?!#)([^\n]+?) *(?:\n|$)/y,
  subtext: / *-# +([^\n]+?) *(?:\n|$)/y,
  quoteAll: / *>>> +/y,
  quote: /(?: *> [^\n]*(?:\n|$))+/y,
  item: /( *)([*-]|\d{1,10}\.) +(?=\S)([^\n]*)(?:\n|$)/y,
  blockCode: /```(?:([a-z0-9_+\-.#]+)\n)?\n*/iy,
  strong: /\*\*((?:\\[^]|[^\\])+?)\*\*(?!\*)/y,
  underline: /__((?:\\[^]|[^\\])+?)__(?!_)/y,
  emStar: /\*(?=\S)((?:\*\*|\\[^]|\s+(?:\\[^]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)/y,
  emLine: /_((?:__|\\[^]|[^\\_])+?)_(?![\p{L}\p{N}_])/uy,
  strike: /~~([^]+?)~~(?!_)/y,
  spoiler: /\|\|([^]+?)\|\|/y,
  escape: /\\([^0-9A-Za-z\s])/y,
  url: /https?:\/\/[^\s<]+[^<.,:;"'\]\s]/y,
  angleUrl: /<(https?:\/\/[^\s>]+)>/y,
  user: /<@!?(\d{1,20})>/y,
  role: /<@&(\d{1,20})>/y,
  channel: /<#(\d{1,20})>/y,
  command: /<\/([\p{L}\p{N}_-]{1,32}(?: [\p{L}\p{N}_-]{1,32}){0,2}):(\d{1,20})>/uy,
  emoji: /<(a?):(\w{2,32}):(\d{1,20})>/y,
  timestamp: /<t:(-?\d{1,17})(?::([tTdDfFRsS]))?>/y,
  ping: /@(everyone|here)/y,
};

function at(name, text, index) {
  const rule = RE[name];
  rule.lastIndex = index;
  return rule.exec(text);
}

/** The nodes of `text`. `blocks: false` leaves out headings, lists, quotes, code blocks (titles). */
export function parse(text, { blocks = true } = {}) {
  return walk(String(text ?? "").replaceAll("\r\n", "\n"), { blocks, quote: false, link: false, depth: 0 });
}

function walk(text, context) {
  if (context.depth > DEPTH) return text ? [{ type: "text", text }] : [];
  const nodes = [];
  let plain = "";
  let index = 0;
  let fresh = true; // at the start of a line
  const flush = () => {
    if (plain) nodes.push({ type: "text", text: plain });
    plain = "";
  };
  while (index < text.length) {
    const char = text[index];
    if (SPECIAL.test(char)) {
      const found = (fresh && context.blocks && block(text, index, context)) || inline(text, index, context);
      if (found) {
        if (found.node.block && plain.endsWith("\n")) plain = plain.slice(0, -1);
        flush();
        nodes.push(found.node);
        index = found.end;
        fresh = Boolean(found.node.block);
        continue;
      }
      if (char === "`") {
        const run = /`+/y;
        run.lastIndex = index;
        plain += run.exec(text)[0];
        index = run.lastIndex;
        fresh = false;
        continue;
      }
    }
    plain += char;
    index += 1;
    fresh = char === "\n";
  }
  flush();
  return nodes;
}

const deeper = (context, more) => ({ ...context, depth: context.depth + 1, ...more });

function block(text, index, context) {
  return heading(text, index, context) ?? subtext(text, index, context)
    ?? quote(text, index, context) ?? list(text, index, context);
}

function heading(text, index, context) {
  const match = at("heading", text, index);
  if (!match) return null;
  const children = walk(match[2].replace(/ *#+$/, ""), deeper(context, { blocks: false }));
  return { node: { type: "heading", level: match[1].length, children, block: true }, end: index + match[0].length };
}

function subtext(text, index, context) {
  const match = at("subtext", text, index);
  if (!match) return null;
  const children = walk(match[1], deeper(context, { blocks: false }));
  return { node: { type: "subtext", children, block: true }, end: index + match[0].length };
}

function quote(text, index, context) {
  if (context.quote) return null;
  const all = at("quoteAll", text, index);
  if (all) {
    const children = walk(text.slice(index + all[0].length), deeper(context, { quote: true }));
    return { node: { type: "quote", children, block: true }, end: text.length };
  }
  const match = at("quote", text, index);
  if (!match) return null;
  const inner = match[0].replace(/\n$/, "").replace(/^ *> /gm, "");
  return {
    node: { type: "quote", children: walk(inner, deeper(context, { quote: true })), block: true },
    end: index + match[0].length,
  };
}

function list(text, index, context) {
  const lines = [];
  let end = index;
  for (let match = at("item", text, end); match; match = at("item", text, end)) {
    end += match[0].length;
    lines.push({ indent: match[1].length, marker: match[2], text: match[3], end });
    if (!match[0].endsWith("\n")) break;
  }
  if (!lines.length) return null;
  const [node, next] = nest(lines, 0, context);
  return { node, end: lines[next - 1].end };
}

/** One list out of `lines` from `start` on, deeper indents becoming lists within their item. */
function nest(lines, start, context) {
  const { indent, marker } = lines[start];
  const ordered = marker.length > 1;
  const node = { type: "list", ordered, start: ordered ? parseInt(marker, 10) : 1, items: [], block: true };
  let index = start;
  while (index < lines.length && lines[index].indent >= indent) {
    const line = lines[index];
    if (line.indent === indent && line.marker.length > 1 !== ordered) break;
    if (line.indent > indent && node.items.length && context.depth < DEPTH) {
      const [inner, next] = nest(lines, index, deeper(context, {}));
      node.items.at(-1).push(inner);
      index = next;
      continue;
    }
    node.items.push(walk(line.text, deeper(context, { blocks: false })));
    index += 1;
  }
  return [node, index];
}

const INLINE = {
  "\\": (text, index) => whole("escape", text, index, (m) => ({ type: "text", text: m[1] })),
  "`": (text, index, context) => codeBlock(text, index, context) ?? code(text, index),
  "*": (text, index, context) => longest([["emStar", "em"], ["strong", "strong"]], text, index, context),
  _: (text, index, context) => longest([!/[\p{L}\p{N}_]/u.test(text[index - 1] ?? "") && ["emLine", "em"],
    ["underline", "underline"]], text, index, context),
  "~": (text, index, context) => span("strike", "strike", text, index, context),
  "|": (text, index, context) => span("spoiler", "spoiler", text, index, context),
  "[": (text, index, context) => (context.link ? null : maskedLink(text, index, context)),
  h: (text, index, context) => (context.link || /\w/.test(text[index - 1] ?? "")
    ? null : whole("url", text, index, (m) => ({ type: "url", url: balanced(m[0]) }))),
  "@": (text, index) => whole("ping", text, index, (m) => ({ type: "ping", name: m[1] })),
  "<": (text, index, context) => angle(text, index, context),
};

function inline(text, index, context) {
  return INLINE[text[index]]?.(text, index, context) ?? null;
}

function whole(rule, text, index, make) {
  const match = at(rule, text, index);
  if (!match) return null;
  const node = make(match);
  return { node, end: index + (node.type === "url" && rule === "url" ? node.url.length : match[0].length) };
}

function span(rule, type, text, index, context) {
  const match = at(rule, text, index);
  if (!match) return null;
  const blocks = type === "spoiler" && context.blocks;
  return { node: { type, children: walk(match[1], deeper(context, { blocks })) }, end: index + match[0].length };
}

/** The rule that reads furthest wins, the first of equals: "***both***" is strong within em. */
function longest(rules, text, index, context) {
  let best = null;
  for (const [rule, type] of rules.filter(Boolean)) {
    const length = at(rule, text, index)?.[0].length ?? 0;
    if (length > (best?.length ?? 0)) best = { rule, type, length };
  }
  return best && span(best.rule, best.type, text, index, context);
}

/** An address ends where a masked link's target would begin, and "(see https://a.example/x)" leaves
 * the closing bracket out. */
function balanced(url) {
  url = url.split("](", 1)[0];
  while (url.endsWith(")") && url.split(")").length > url.split("(").length) url = url.slice(0, -1);
  return url;
}

function angle(text, index, context) {
  return whole("user", text, index, (m) => ({ type: "user", id: m[1] }))
    ?? whole("role", text, index, (m) => ({ type: "role", id: m[1] }))
    ?? whole("channel", text, index, (m) => ({ type: "channel", id: m[1] }))
    ?? whole("command", text, index, (m) => ({ type: "command", name: m[1], id: m[2] }))
    ?? whole("emoji", text, index, (m) => ({ type: "emoji", animated: m[1] === "a", name: m[2], id: m[3] }))
    ?? whole("timestamp", text, index, (m) => ({ type: "timestamp", seconds: Number(m[1]), style: m[2] ?? "f", raw: m[0] }))
    ?? (context.link ? null : whole("angleUrl", text, index, (m) => ({ type: "url", url: m[1] })));
}

function codeBlock(text, index, context) {
  if (!context.blocks && context.depth === 0) return null;
  const open = at("blockCode", text, index);
  if (!open) return null;
  let start = index + open[0].length;
  let close = text.indexOf("```", start);
  // "```js```" holds no line break: then the word is the code, not its language.
  if (close <= start) {
    start = index + 3;
    close = text.indexOf("```", start);
  }
  const inner = close < 0 ? "" : text.slice(start, close);
  if (!inner.trim()) return null;
  let end = close + 3;
  while (text[end] === "`" && text[end + 1] === "`" && text[end + 2] !== "`") end += 1;
  if (text[end] === "\n") end += 1;
  return {
    node: { type: "codeblock", language: open[1] ?? "", text: inner.replace(/\n+$/, ""), block: true },
    end,
  };
}

function code(text, index) {
  const fence = /`+/y;
  fence.lastIndex = index;
  const open = fence.exec(text)[0];
  const close = /`+/g;
  close.lastIndex = index + open.length;
  for (let match = close.exec(text); match; match = close.exec(text)) {
    if (match[0] !== open) continue;
    const inner = text.slice(index + open.length, match.index);
    // A space keeps a backtick of the code apart from the fence, and is not part of the code.
    return { node: { type: "code", text: inner.replace(/^ (?= *`)|(` *) $/g, "$1") }, end: close.lastIndex };
  }
  return null;
}

/** `[words](https://…)`, `[words](<https://…>)`, with an optional "title". */
function maskedLink(text, index, context) {
  const close = matching(text, index, "[", "]");
  if (close < 0 || text[close + 1] !== "(") return null;
  const end = matching(text, close + 1, "(", ")");
  if (end < 0) return null;
  const target = /^\s*<?(https?:\/\/[^\s<>]+?)>?(?:\s+["']([^]*?)["'])?\s*$/i.exec(text.slice(close + 2, end));
  const words = text.slice(index + 1, close);
  if (!target || !words.trim()) return null;
  // Words that look like another address could lead astray: Discord shows them as they were typed.
  if (/https?:\/\//i.test(words) && !words.includes(target[1])) return null;
  return {
    node: {
      type: "link",
      url: target[1].replace(/\\([^0-9A-Za-z\s])/g, "$1"),
      title: target[2] ?? "",
      children: walk(words, deeper(context, { link: true, blocks: false })),
    },
    end: end + 1,
  };
}

/** Where the bracket opened at `index` closes, nested ones and escapes minded; -1 when nowhere near. */
function matching(text, index, open, close) {
  let level = 0;
  const limit = Math.min(text.length, index + 2100);
  for (let place = index; place < limit; place += 1) {
    const char = text[place];
    if (char === "\\") place += 1;
    else if (char === open) level += 1;
    else if (char === close) {
      level -= 1;
      if (!level) return place;
    }
  }
  return -1;
}

/** The text alone, for previews and names: no delimiters, spoilers hidden. */
export function plainText(nodes, names = {}) {
  return nodes.map((node) => plainNode(node, names)).join("");
}

function plainNode(node, names) {
  switch (node.type) {
    case "text":
    case "code":
    case "codeblock":
      return node.text;
    case "url":
      return node.url;
    case "spoiler":
      return "▮▮▮▮";
    case "emoji":
      return `:${node.name}:`;
    case "list":
      return node.items.map((item) => `• ${plainText(item, names)}`).join(" ");
    case "command":
      return `/${node.name}`;
    case "ping":
      return `@${node.name}`;
    case "timestamp":
      return names.timestamp?.(node) ?? node.raw;
    case "user":
    case "role":
    case "channel":
      return names[node.type]?.(node.id) ?? "";
    default:
      return plainText(node.children ?? [], names) + (node.block ? " " : "");
  }
}
