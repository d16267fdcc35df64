import type { ChatOrigin } from '../../model/origin.ts';
import type { ViewBuilder } from '../../model/view.ts';
import { kinds, type Tape } from './json-tokens.ts';
import type { Field, Role, Slot, Told } from './shape.ts';
import { readJsonValue, type TextWriter } from './text-writer.ts';

export interface MessageWriterOptions {
  readonly text: TextWriter;
  /** What is at each place. */
  readonly fields: readonly Field[];
  /** The origin of a message or part, by what it told, and what the message that it is a part of told. */
  origin(told: Told, root: Told, parent?: Told): ChatOrigin;
  /** What was said before all messages, and holds for them. */
  readonly header: Told;
  /** Hears of each file that was attached, and of the message. */
  attached?(file: string, origin: ChatOrigin): void;
}

export interface MessageWriter {
  /** Puts one message into the view. */
  write(tape: Tape, view: ViewBuilder, bytes: Buffer): void;
}

interface Scope {
  readonly end: number;
  readonly told: Told;
  readonly parent: Scope | undefined;
}

/** Writes messages: what each tells of itself becomes its origin, what it says becomes text. */
export function createMessageWriter({ text, fields, origin, header, attached }: MessageWriterOptions): MessageWriter {
  let scopes: (Scope | undefined)[] = [];

  /** Whose words each value is, and what those tell of themselves. */
  function readScopes({ numbers, count }: Tape, bytes: Buffer): Scope {
    const root: Scope = { end: numbers[2], told: {}, parent: undefined };
    let scope = root;
    if (scopes.length < count) scopes = new Array(count);
    for (let index = 0; index < count; index++) {
      const place = numbers[index * 4];
      const start = numbers[index * 4 + 1];
      while (start >= scope.end && scope.parent) scope = scope.parent;
      const kind = numbers[index * 4 + 3];
      if (kind === kinds.object) {
        if (index > 0 && fields[place].isPart) scope = { end: numbers[index * 4 + 2], told: {}, parent: scope };
      } else if (kind !== kinds.array) {
        const { slot } = fields[place];
        if (slot) {
          const value = readJsonValue(bytes, start, numbers[index * 4 + 2], kind);
          if (value !== '' && value !== 'null') scope.told[slot] ??= value;
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
    return origin(told, root.told, scope.parent.told);
  }

  return {
    write(tape, view, bytes) {
      const root = readScopes(tape, bytes);
      const { numbers, count } = tape;
      if (attached) {
        for (const scope of new Set([root, ...scopes.slice(1, count)])) {
          if (scope?.told.attachmentPath) attached(scope.told.attachmentPath, originOf(scope, root));
        }
      }
      let current: Scope | undefined;
      let next = root;
      text.begin();

      function write(index: number, role: Role, isJoined: boolean): void {
        next = scopes[index]!;
        text.write(
          view,
          bytes,
          numbers[index * 4 + 1],
          numbers[index * 4 + 2],
          role,
          isJoined,
          next === current ? undefined : enter,
        );
      }

      function enter(): void {
        view.separate();
        text.part();
        view.piece(originOf(next, root));
        current = next;
      }

      let repeats = false;
      let isJoined = false;
      for (let index = 1; index < count; index++) {
        const kind = numbers[index * 4 + 3];
        if (kind === kinds.array) isJoined = false;
        if (kind > kinds.escaped) continue;
        const { role, slot, isRepeat } = fields[numbers[index * 4]];
        if (isRepeat) repeats = true;
        else if (slot === 'attachment') write(index, 'text', false);
        else if (!slot && role !== 'skip') {
          write(index, role, isJoined && role === 'inline');
          isJoined = role === 'inline';
        }
      }
      if (!repeats) return;
      // What says again what was said, after all that it may repeat; pieces of one line stay together.
      isJoined = false;
      for (let index = 1; index < count; index++) {
        const kind = numbers[index * 4 + 3];
        if (kind === kinds.array) isJoined = false;
        if (kind > kinds.escaped) continue;
        const { role, isRepeat } = fields[numbers[index * 4]];
        if (!isRepeat) continue;
        const before = view.length;
        write(index, role, isJoined);
        if (view.length > before) isJoined = true;
      }
    },
  };
}
