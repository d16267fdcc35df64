import type { ChatOrigin } from '../../model/origin.ts';
import type { ViewBuilder } from '../../model/view.ts';
import { kinds, type Tape } from './json-tokens.ts';
import type { Role, Slot, Told } from './shape.ts';
import { readJsonValue, type TextWriter } from './text-writer.ts';

export interface MessageWriterOptions {
  readonly text: TextWriter;
  isPart(place: number): boolean;
  role(place: number): Role;
  /** The origin of a message or part, by what it told, and what the message that it is a part of told. */
  origin(told: Told, root: Told): ChatOrigin;
  /** What was said before all messages, and holds for them. */
  readonly header: Told;
}

export interface MessageWriter {
  /** Puts one message into the view. */
  write(tape: Tape, view: ViewBuilder, bytes: Uint8Array): void;
}

interface Scope {
  readonly end: number;
  readonly told: Told;
  readonly parent: Scope | undefined;
}

const slots: ReadonlySet<string> = new Set<Slot>([
  'time',
  'edited',
  'deleted',
  'authorId',
  'authorName',
  'authorEmail',
  'thread',
  'channel',
  'workspace',
  'link',
  'id',
  'kind',
  'channelId',
  'attachment',
]);

/** Writes messages: what each tells of itself becomes its origin, what it says becomes text. */
export function createMessageWriter({ text, isPart, role, origin, header }: MessageWriterOptions): MessageWriter {
  let scopes: (Scope | undefined)[] = [];

  /** Whose words each value is, and what those tell of themselves. */
  function readScopes({ numbers, count }: Tape, bytes: Uint8Array): Scope {
    const root: Scope = { end: numbers[2], told: {}, parent: undefined };
    let scope = root;
    if (scopes.length < count) scopes = new Array(count);
    for (let index = 0; index < count; index++) {
      const place = numbers[index * 4];
      const start = numbers[index * 4 + 1];
      while (start >= scope.end && scope.parent) scope = scope.parent;
      const kind = numbers[index * 4 + 3];
      if (kind === kinds.object) {
        if (index > 0 && isPart(place)) scope = { end: numbers[index * 4 + 2], told: {}, parent: scope };
      } else if (kind !== kinds.array) {
        const slot = role(place);
        if (slots.has(slot)) {
          const value = readJsonValue(bytes, start, numbers[index * 4 + 2], kind);
          if (value !== '' && value !== 'null') scope.told[slot as Slot] ??= value;
        }
      }
      scopes[index] = scope;
    }
    for (const slot of Object.keys(header) as Slot[]) root.told[slot] ??= header[slot];
    return root;
  }

  function originOf(scope: Scope, root: Scope): ChatOrigin {
    if (!scope.parent) return origin(scope.told, scope.told);
    const told = { ...scope.told };
    for (let above = scope.parent; above; above = above.parent!) {
      for (const slot of Object.keys(above.told) as Slot[]) told[slot] ??= above.told[slot];
      if (!above.parent) break;
    }
    return origin(told, root.told);
  }

  return {
    write(tape, view, bytes) {
      const root = readScopes(tape, bytes);
      const { numbers, count } = tape;
      let current: Scope | undefined;
      let began = view.length;
      text.begin();

      function write(start: number, end: number, meant: Role, scope: Scope, isJoined: boolean): void {
        if (scope !== current) enter(scope);
        if (isJoined) text.append(view, bytes, start, end, meant);
        else text.write(view, bytes, start, end, meant);
      }

      function enter(scope: Scope): void {
        // A part that says nothing leaves no piece behind.
        if (current === undefined || view.length > began) view.separate();
        text.part();
        view.piece(originOf(scope, root));
        began = view.length;
        current = scope;
      }

      let repeats = false;
      for (let index = 1; index < count; index++) {
        const kind = numbers[index * 4 + 3];
        if (kind > kinds.escaped) continue;
        const meant = role(numbers[index * 4]);
        if (meant === 'skip') continue;
        if (meant.startsWith('repeat')) repeats = true;
        else if (!slots.has(meant) || meant === 'attachment')
          write(numbers[index * 4 + 1], numbers[index * 4 + 2], meant === 'attachment' ? 'text' : meant, scopes[index]!, false);
      }
      if (!repeats) return;
      // What says again what was said, after all that it may repeat; pieces of one line stay together.
      let isJoined = false;
      for (let index = 1; index < count; index++) {
        const kind = numbers[index * 4 + 3];
        if (kind === kinds.array) isJoined = false;
        if (kind > kinds.escaped) continue;
        const meant = role(numbers[index * 4]);
        if (!meant.startsWith('repeat')) continue;
        const before = view.length;
        write(numbers[index * 4 + 1], numbers[index * 4 + 2], meant, scopes[index]!, isJoined);
        if (view.length > before) isJoined = true;
      }
    },
  };
}
