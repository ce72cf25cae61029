/** The words of the page, what is not a module of ours, and the settings that a test may pass in. */

/** A task as people see it. `id` is its index as text, so that 0 is never taken for nothing; before the
 * server has given one it is `new-…`. `mark`: the value of an unknown list, shown in the first column. */
type Task = {
  id: string; name: string; list: string; mark: string; position: string;
  key: string; op: string; revision: string;
};
type Lease = { by: string; activity: string; lease: string; until: number };
type Place = { list?: string; after?: string | null; before?: string | null; at?: 'top' | 'bottom' };

/** Something the person did. `id` is its Idempotency-Key; `marks` are what its event may carry as key or op.
 * `title` and `home`: what its task was called then, and the column that it stood in.
 * `guard` gives the fields that nobody else may have changed: with it, it is conditional from the start. */
type Operation = Place & {
  id: string; kind: 'add' | 'change' | 'remove'; task: string; title?: string; home?: string; name?: string; restore?: string;
  guard?: (id: string) => Partial<Task>; phase: 'held' | 'waiting' | 'sent' | 'answered' | 'unknown' | string; marks: string[];
  base?: string; answer?: Task | null; answeredAt: number; unknownAt?: number; retryAt: number; tries: number; isDone: boolean;
  lease?: Held; entry?: Entry; isRevert?: 'undo' | 'redo';
};
/** Of one that is not begun yet: some fields are given, the rest is filled in. */
type Wanted = Partial<Operation> & Pick<Operation, 'kind' | 'task'>;
type Outcome =
  | { kind: 'done'; operation: Operation; task: Task | null }
  | { kind: 'dropped'; operation: Operation; reason: string; current: Task | null }
  | { kind: 'named'; from: string; to: string };

/** A task as it is to be drawn: with what is pending on it and who else holds it. */
type Card = { task: Task; pending: string; lease: Lease | null; isCarried?: boolean };
type Column = { id: string; cards: Card[] };
/** A card's element, which knows this as `drawn`, with what it shows; and a stretch of a list: what stood there, what shall, and what comes next. */
type Drawn = { id: string; element: HTMLElement; card?: Card };
type Change = { list: HTMLElement; old: Drawn[]; now: Drawn[]; next?: HTMLElement };
type Found = { column: Column; at: number; card: Card };

/** What a task was like at one moment, null while it did not exist, with its neighbours, nearest first; and a step between two such moments. */
type Moment = { name: string; list: string; after: string[]; before: string[] } | null;
type Entry = { task: string; from: Moment; to: Moment; fields: string[]; isDone?: boolean };

type Api = import('./api.js').Api;
type Leases = import('./leases.js').Leases;
type Renderer = import('./render.js').Renderer;
type Settings = typeof import('./line.js').settings;
type State = import('./state.js').State;
type OpenEditor = { id: string; base: string; form: HTMLFormElement; area: HTMLTextAreaElement; isLeased: boolean };

/** What a part of the page asks the rest to do. */
type EditorHands = {
  nameOf: (id: string) => string; begun: (id: string) => void; ended: (id: string) => void;
  save: (id: string, typed: string, base: string) => boolean; closed: () => void;
};
type CarryHands = {
  view: () => Column[]; draw: () => void; act: (wanted: Wanted) => void; say: (words: string) => void; fail: (words: string) => void;
};
/** Of a drag; a null place: put it back. */
type DragHands = {
  pressed: (id: string) => void; letGo: (id: string) => void; canStart: (id: string) => boolean; refused: (id: string) => void; started: (id: string) => void;
  dropped: (id: string, place: Place | null) => void;
};
type KeyHands = {
  view: () => Column[]; carry: import('./keys.js').Carry; undo: () => void; redo: () => void; help: () => void; unfilter: () => void;
} & Record<'focus' | 'lift' | 'edit' | 'menu' | 'remove', (id: string) => void>;

type Grant = { identity: string; token: string; expires_in: number; sync: { list: string; leases: string; options: any } };
type LineState = { state: 'connecting' | 'loading' | 'live' | 'retrying' | 'offline' | 'refused'; since: number; reason?: string };
type LineListener = {
  line: (state: LineState) => void; granted: (grant: Grant) => void;
  begin: () => void; read: (items: any[]) => void; end: () => void;
  put: (item: any) => void; gone: (index: number) => void;
  lease: (key: string, data: any) => void; leaseGone: (key: string) => void; alive: (word: number) => void;
};
/** One client of the SDK; what an older one still says is not heard. */
type Link = { client: any; isUp: boolean; isOpen: boolean; isRenewing: boolean; isFresh: boolean; changedAt: number };
type Held = { users: number; refused: ((reason: string) => void)[]; asked: Promise<any> | null; timer: ReturnType<typeof setInterval> };

declare const Twilio: { Sync: { Client: any } };
interface Window {
  __kanban?: Partial<Settings>;
  Sortable: any;
}
/** Elements are looked up by names that index.html gives: no casts for what is known to be there. */
interface EventTarget { closest(selector: string): any; matches(selector: string): boolean; dataset: DOMStringMap }
interface Node { firstElementChild: any }
interface Element { [property: string]: any }
declare module '*/sortable.min.js' {}
