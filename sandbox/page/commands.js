// Slash commands as the composer needs them. Pure: no DOM, no network.

const SUBCOMMAND = 1;
const GROUP = 2;

const words = (map, locale, fallback) => map?.[locale] ?? fallback;

const OFTEN = ["interviews search", "interviews latest", "interviews read"];

/** Every command that can be typed, the most used first and those for admins last: {name, label, description, options}. */
export function flatten(commands, locale) {
  return commands.filter((command) => (command.type ?? 1) === 1)
    .flatMap((command) => branch(command, command, [], [], locale))
    .sort((a, b) => place(a) - place(b) || a.label.localeCompare(b.label, "en"));
}

const place = ({ name, admin }) => (OFTEN.includes(name) ? OFTEN.indexOf(name) : OFTEN.length + Number(admin));

function branch(node, command, names, labels, locale) {
  const path = [...names, node.name];
  const shown = [...labels, words(node.name_localizations, locale, node.name)];
  const inner = (node.options ?? []).filter((option) => option.type === SUBCOMMAND || option.type === GROUP);
  if (inner.length) return inner.flatMap((option) => branch(option, command, path, shown, locale));
  const options = (node.options ?? []).map((option) => ({
    ...option,
    label: words(option.name_localizations, locale, option.name),
    description: words(option.description_localizations, locale, option.description),
    choices: option.choices?.map((choice) => ({ value: choice.value, name: words(choice.name_localizations, locale, choice.name) })),
  }));
  // Required first, as Discord demands of the bot and shows to the person.
  options.sort((a, b) => Number(Boolean(b.required)) - Number(Boolean(a.required)));
  return [{
    command: command.id, admin: Boolean(command.default_member_permissions), name: path.join(" "), label: shown.join(" "),
    description: words(node.description_localizations, locale, node.description), options,
  }];
}

/** The commands that `typed` ("/int se") may mean, the likeliest first. */
export function matching(entries, typed) {
  const wanted = typed.replace(/^\//, "").toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) return entries;
  const ranked = entries.map((entry) => [rank(entry, wanted), entry]).filter(([score]) => score);
  return ranked.sort(([a], [b]) => b - a).map(([, entry]) => entry);
}

function rank({ name, label, description }, wanted) {
  const whole = wanted.join(" ");
  for (const candidate of [label.toLowerCase(), name]) {
    if (candidate === whole) return 5;
    if (candidate.startsWith(whole)) return 4;
    const parts = candidate.split(" ");
    if (wanted.every((word) => parts.some((part) => part.startsWith(word)))) return 3;
    if (wanted.every((word) => candidate.includes(word))) return 2;
  }
  return wanted.every((word) => description?.toLowerCase().includes(word)) ? 1 : 0;
}

/** The command whose whole name `typed` starts with, and what follows: "/a b rest" -> {a b, "rest"}. */
export function called(entries, typed) {
  const text = typed.replace(/^\//, "");
  const found = entries.filter(({ name, label }) => [name, label].some((one) => text === one || text.startsWith(`${one} `)));
  const entry = found.sort((a, b) => b.label.length - a.label.length)[0];
  if (!entry) return null;
  const length = [entry.label, entry.name].find((one) => text === one || text.startsWith(`${one} `)).length;
  return { entry, rest: text.slice(length).trimStart(), complete: text.length > length };
}

/** "love year:2024" -> {"": "love", year: "2024"} for a command with an option `year`. */
export function splitOptions(rest, options) {
  const values = {};
  let name = "";
  let text = "";
  const keep = () => {
    if (text.trim()) values[name] = text.trim();
    text = "";
  };
  for (const part of rest.split(/(\s+)/)) {
    const option = options.find((one) => part.startsWith(`${one.label}:`) || part.startsWith(`${one.name}:`));
    if (option && !(option.name in values)) {
      keep();
      name = option.name;
      text = part.slice(part.indexOf(":") + 1);
    } else text += part;
  }
  keep();
  return values;
}

const ENTITY = { 6: "person", 7: "channel", 8: "role", 9: "person or role" };

/** What `pill` ({option, text, value}) sends: {value}, {empty: true} or {error: words}. */
export function valueOf({ option, text, value }) {
  const raw = text.trim();
  if (value !== null && value !== undefined) return { value };
  if (!raw) return option.required ? { error: "This option is required. Give it a value." } : { empty: true };
  if (option.choices?.length) {
    const choice = option.choices.find((one) => one.name.toLowerCase() === raw.toLowerCase() || String(one.value) === raw);
    return choice ? { value: choice.value } : { error: "Pick one of the choices." };
  }
  if (option.type === 4 || option.type === 10) return number(option, raw);
  if (option.type === 5) {
    return /^(true|false)$/i.test(raw) ? { value: raw.toLowerCase() === "true" } : { error: "Pick True or False." };
  }
  if (ENTITY[option.type]) return { error: `Pick a ${ENTITY[option.type]} from the list.` };
  return length(option, text);
}

function number(option, raw) {
  const value = Number(raw);
  if (!Number.isFinite(value) || (option.type === 4 && !Number.isInteger(value))) {
    return { error: option.type === 4 ? "Enter a whole number." : "Enter a number." };
  }
  if (option.min_value !== undefined && value < option.min_value) return { error: `Enter ${option.min_value} or more.` };
  if (option.max_value !== undefined && value > option.max_value) return { error: `Enter ${option.max_value} or less.` };
  return { value };
}

function length({ min_length: least = 0, max_length: most = 6000 }, text) {
  if (text.length < least) return { error: `Write at least ${least} characters.` };
  if (text.length > most) return { error: `Write ${most} characters at most (now ${text.length}).` };
  return { value: text };
}
