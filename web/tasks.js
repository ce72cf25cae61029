// @ts-check
/** What an Item of the List means: the rules of names, columns and order that page and server share. */

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const POSITION = /^[A-Za-z][0-9A-Za-z]*$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SMALLEST = 'A' + '0'.repeat(26);

/**
 * The task that an Item holds, whoever wrote it.
 * @param {{index: number, data: any, revision?: string}} item
 * @param {string[]} columns
 * @returns {Task}
 */
export function readTask({ index, data, revision = '' }, columns) {
  const isObject = data !== null && typeof data === 'object' && !Array.isArray(data);
  const fields = isObject ? data : {};
  const known = columns.includes(fields.list);
  return {
    id: String(index),
    name: typeof fields.name === 'string' ? fields.name : JSON.stringify(nameless(data, isObject)),
    list: known ? fields.list : columns[0],
    mark: known ? '' : text(fields.list ?? ''),
    position: isPosition(fields.position) ? fields.position : fallbackPosition(index),
    key: UUID.test(fields.key) ? fields.key : '',
    op: typeof fields.op === 'string' ? fields.op : '',
    revision,
  };
}

/**
 * True if a fractional index could have made it.
 * Source: the reference implementation's validateOrderKey.
 * @param {unknown} position
 */
export function isPosition(position) {
  if (typeof position !== 'string' || !POSITION.test(position) || position.length > 200) return false;
  const head = position.charCodeAt(0);
  const integer = head >= 97 ? head - 97 + 2 : 90 - head + 2;
  const endsOpen = position.length > integer && position.endsWith('0');
  return position.length >= integer && !endsOpen && position !== SMALLEST;
}

/** Below all positions that are made normally, and a valid one. @param {number} index */
export function fallbackPosition(index) {
  let digits = '';
  for (let rest = index, n = 0; n < 5; n++, rest = Math.floor(rest / 62)) {
    digits = DIGITS[rest % 62] + digits;
  }
  return 'V' + digits;
}

/** Board order within a column. @param {Task} a @param {Task} b */
export function compare(a, b) {
  if (a.position !== b.position) return a.position < b.position ? -1 : 1;
  return Number(a.id) - Number(b.id);
}

/** A typed name as it can be stored: one line, no control characters, something to see. */
export function cleanName(typed) {
  const name = typed.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return /[^\p{Cf}\p{Z}\p{DI}\u2800]/u.test(name) ? name : '';
}

/** What is wrong with a name, or nothing. @param {string} name @param {{chars: number, bytes: number}} limits */
export function nameProblem(name, { chars, bytes }) {
  const length = [...name].length;
  if (length > chars) return `The name has ${length} characters; ${chars} fit.`;
  const size = new TextEncoder().encode(name).length;
  return size > bytes ? `The name takes ${size} bytes; ${bytes} fit.` : '';
}

/** What to show for want of a name. */
function nameless(data, isObject) {
  if (!isObject) return data;
  const { list, position, by, key, op, ...foreign } = data;
  return 'name' in data ? data.name : foreign;
}

function text(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
