// Building elements. Text only ever becomes a text node and addresses only ever become a
// property after `safeUrl`, so nothing a message holds can turn into markup or script.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `props` are attributes, except class, style (object), dataset (object), on (listeners). */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "style") {
      for (const [key, rule] of Object.entries(value)) element.style.setProperty(key, rule);
    } else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

export function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child);
  }
  return element;
}

const ICONS = {
  hash: "M9.6 3 8.9 7.4H4.6v2h4l-.8 5.2H3.4v2h4.1L6.8 21h2l.7-4.4h5.2L14 21h2l.7-4.4h4.3v-2h-4l.8-5.2h4.4v-2h-4.1L18.8 3h-2l-.7 4.4h-5.2L11.6 3h-2Zm1 6.4h5.2l-.8 5.2H9.8l.8-5.2Z",
  announcement:
    "M20 3.4v15.2c0 .8-.8 1.2-1.5.9L12 16.6H10.6l.9 3.6c.1.5-.2.8-.7.8H8.2c-.4 0-.7-.2-.8-.6L6.4 16.6H5a3 3 0 0 1-3-3v-3a3 3 0 0 1 3-3h7l6.500-5.100c.7-.4 1.500 0 1.500.9ZM21.400 9.300a3.600 3.600 0 0 1 0 5.400V9.300Z",
  forum:
    "M4 3h12a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H9l-4.300 3.600c-.5.4-1.200.1-1.200-.6V14A2 2 0 0 1 2 12V5a2 2 0 0 1 2-2Zm16 6a2 2 0 0 1 2 2v6a2 2 0 0 1-1.500 2v2.300c0 .6-.7.9-1.200.5L16 19h-4a2 2 0 0 1-1.800-1.100L13 16h4a3 3 0 0 0 3-3V9Z",
  thread:
    "M5 3h14a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-6.500L8 21.200c-.6.6-1.600.2-1.600-.7V17H5a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3Zm2 5v1.800h10V8H7Zm0 3.400v1.800h7v-1.800H7Z",
  voice:
    "M12 3a1 1 0 0 1 1 1v16a1 1 0 0 1-1.700.7L6.600 16H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1h2.600l4.700-4.700A1 1 0 0 1 12 3Zm3 5.500a4.500 4.500 0 0 1 0 7v-7Z",
  at: "M12 2a10 10 0 1 0 5.500 18.300l-1-1.700A8 8 0 1 1 20 12v1.200a1.500 1.500 0 0 1-3 0V8h-2v.8A5 5 0 1 0 15.600 15.500 3.500 3.500 0 0 0 22 13.200V12A10 10 0 0 0 12 2Zm0 7a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z",
  caret: "M5.300 8.300a1 1 0 0 1 1.400 0l5.300 5.300 5.300-5.300a1 1 0 1 1 1.400 1.400l-6 6a1 1 0 0 1-1.400 0l-6-6a1 1 0 0 1 0-1.400Z",
  close: "M17.300 18.700a1 1 0 0 0 1.400-1.400L13.400 12l5.300-5.300a1 1 0 0 0-1.400-1.400L12 10.600 6.700 5.300a1 1 0 0 0-1.400 1.400l5.300 5.300-5.300 5.300a1 1 0 1 0 1.400 1.400l5.300-5.300 5.300 5.300Z",
  eye: "M12 5c5 0 8.700 3.800 10.300 6.300.300.400.300 1 0 1.400C20.700 15.200 17 19 12 19S3.300 15.200 1.700 12.700a1.300 1.300 0 0 1 0-1.400C3.300 8.800 7 5 12 5Zm0 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm0 2a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
  external:
    "M14 3h6a1 1 0 0 1 1 1v6a1 1 0 1 1-2 0V6.400l-8.300 8.300a1 1 0 0 1-1.400-1.400L17.600 5H14a1 1 0 1 1 0-2ZM5 5h5a1 1 0 1 1 0 2H6v11h11v-4a1 1 0 1 1 2 0v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Z",
  file: "M6 2h8l6 6v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V4c0-1.100.900-2 2-2Zm7 1.800V9h5.200L13 3.800Z",
  menu: "M3 6a1 1 0 0 1 1-1h16a1 1 0 1 1 0 2H4a1 1 0 0 1-1-1Zm0 6a1 1 0 0 1 1-1h16a1 1 0 1 1 0 2H4a1 1 0 0 1-1-1Zm1 5h16a1 1 0 1 1 0 2H4a1 1 0 1 1 0-2Z",
  slash: "M7 2h10a5 5 0 0 1 5 5v10a5 5 0 0 1-5 5H7a5 5 0 0 1-5-5V7a5 5 0 0 1 5-5Zm7.200 4.500-6 11h2l6-11h-2Z",
  send: "M3.400 20.400 21 12.900c.800-.400.800-1.500 0-1.800L3.400 3.600c-.700-.300-1.400.300-1.200 1L4 11l9 1-9 1-1.800 6.400c-.200.700.500 1.300 1.200 1Z",
  reply: "M10 7V4.400c0-.900-1-1.300-1.600-.7L2.300 9.800a1 1 0 0 0 0 1.400l6.100 6.100c.600.600 1.600.200 1.600-.7V14c5 0 8.500 1.600 11 5-1-6-4-12-11-12Z",
  person: "M12 12a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9Zm0 2c-4.400 0-8 2.300-8 5.500 0 .800.700 1.500 1.500 1.500h13c.800 0 1.500-.700 1.500-1.500C20 16.300 16.400 14 12 14Z",
  warning: "M10.300 3.900a2 2 0 0 1 3.400 0l8 13.600A2 2 0 0 1 20 20.500H4a2 2 0 0 1-1.700-3l8-13.600ZM11 9v5h2V9h-2Zm0 6.500v2h2v-2h-2Z",
  plus: "M12 4a1 1 0 0 1 1 1v6h6a1 1 0 1 1 0 2h-6v6a1 1 0 1 1-2 0v-6H5a1 1 0 1 1 0-2h6V5a1 1 0 0 1 1-1Z",
  check: "M20.700 5.800a1 1 0 0 1 0 1.400l-11 11a1 1 0 0 1-1.400 0l-5-5a1 1 0 1 1 1.400-1.400L9 16.100 19.300 5.800a1 1 0 0 1 1.400 0Z",
  help: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm0 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm.1 2.500c-2.200 0-3.700 1.300-3.800 3.200h2c.1-.900.800-1.400 1.700-1.400 1 0 1.700.600 1.700 1.400 0 .700-.400 1.200-1.200 1.700-1.100.700-1.500 1.300-1.500 2.400v.4h2v-.3c0-.700.200-1 1.100-1.600 1.200-.700 1.700-1.600 1.700-2.700 0-1.800-1.500-3.100-3.700-3.100ZM10.900 15.300v2.200h2.200v-2.200h-2.200Z",
  moon: "M13.500 2.600a9.500 9.500 0 1 0 7.900 13.300A8 8 0 0 1 13.500 2.600Z",
  sun: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10ZM11 1h2v3.500h-2V1Zm0 18.500h2V23h-2v-3.500ZM1 11h3.500v2H1v-2Zm18.500 0H23v2h-3.500v-2ZM3.500 4.900l1.400-1.400 2.500 2.500L6 7.400 3.500 4.900ZM16.600 18l1.400-1.400 2.500 2.500-1.400 1.400L16.600 18ZM3.500 19.100 6 16.600 7.400 18l-2.500 2.500-1.400-1.400ZM16.600 6l2.500-2.500 1.400 1.400L18 7.400 16.600 6Z",
  broken: "M4 4h16a1 1 0 0 1 1 1v6.500l-4-3-4.500 5-3.500-2-6 6V5a1 1 0 0 1 1-1Zm17 10.200V19a1 1 0 0 1-1 1H5l4.300-4.300 3.600 2 4.400-4.900 3.700 2.400Z",
};

export function icon(name, size = 20) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", class: "icon",
  })) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name] ?? ICONS.hash);
  path.setAttribute("fill", "currentColor");
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

/** The address if it is one a page may link to or load (http or https), else null. */
export function safeUrl(address) {
  try {
    const url = new URL(String(address), location.href);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

let counter = 0;
export const uid = (prefix) => `${prefix}-${++counter}`;

const HUES = ["#5865f2", "#3ba55c", "#c27c0e", "#c43d5a", "#0f8f9c", "#8e5bd0"];

/** A round picture of a user, bot or webhook: their avatar, or initials on a colour of their own. */
export function avatar(user, size = 40) {
  const name = user?.global_name || user?.username || "?";
  const image = user?.avatar ? safeUrl(`/cdn/avatars/${user.id}/${user.avatar}.png`) : null;
  const hue = HUES[Number(BigInt(user?.id ?? 0) % BigInt(HUES.length))];
  const initial = [...name.replace(/^[^\p{L}\p{N}]+/u, "")][0] ?? "?";
  const box = h(
    "span",
    { class: "avatar", "aria-hidden": "true", style: { width: `${size}px`, height: `${size}px`, "font-size": `${size * 0.45}px`, "background-color": hue } },
    initial.toUpperCase(),
  );
  if (image) {
    const picture = h("img", { src: image, alt: "", width: size, height: size });
    picture.addEventListener("error", () => picture.remove());
    box.append(picture);
  }
  return box;
}

export function colour(number) {
  return `#${(Number(number) & 0xffffff).toString(16).padStart(6, "0")}`;
}
