import type { ChatOrigin } from '../../model/origin.ts';
import type { Document, FormatContext } from '../document.ts';

/** What a string in a message tells of it: read, and not looked through for secrets. */
export type Slot =
  | 'time'
  | 'exactTime'
  | 'edited'
  | 'deleted'
  | 'authorId'
  | 'authorName'
  | 'authorFallback'
  | 'authorEmail'
  | 'thread'
  | 'channel'
  | 'workspace'
  | 'workspaceId'
  | 'link'
  | 'id'
  | 'kind'
  | 'channelId'
  | 'attachment'
  | 'attachmentPath';

/**
 * What a string is. `text`: as it was written. `inline`: the same, and the pieces that an array holds of it are one text. `slack`, `html`: with that markup. `repeat…`: what another field should say as well, so only
 * what it does not. `label`: what is said of the value that follows. `token-url`: an address, of interest only where it carries a token.
 * `attachment-text`: `text`, and the name of an attachment.
 */
export type Role =
  | 'skip'
  | 'text'
  | 'inline'
  | 'slack'
  | 'html'
  | 'label'
  | 'slack-label'
  | 'repeat'
  | 'repeat-slack'
  | 'repeat-html'
  | 'token-url'
  | Slot;

/** What one message told of itself, as strings. */
export type Told = Partial<Record<Slot, string>>;

/** The parts of an origin that a message gives, or a part of one, by what it told, what the whole message told, and what it is a part of told. */
export type Teller = (told: Told, root: Told, parent?: Told) => Omit<ChatOrigin, 'kind' | 'system' | 'path' | 'member'>;

/** A JSON export: where its messages are, and what is what in them. */
export interface JsonShape {
  readonly system: string;
  /** Places of messages: `[]`, `messages[]`; an empty one for one a line. */
  readonly messages: readonly string[];
  /** Roles by the way there from the message, without `[]`; else `*.NAME` by its last name, else `FIRST.*` by its first. What is not here is text. */
  readonly roles: Readonly<Record<string, Role>>;
  /** Ways that are passed over: what no person wrote. */
  readonly skip?: RegExp;
  /** What is in a message and yet a message of its own, or something attached: the same kind of way. It inherits what it does not say. */
  readonly parts?: readonly string[];
  /** Members that are messages of the same shape: `previous_message`. */
  readonly nested?: readonly string[];
  /** What is said outside of messages and holds for those that follow. */
  readonly header?: Readonly<Record<string, Slot>>;
  /** Reads what lies beside the document. */
  open(document: Document, context: FormatContext, head: Uint8Array): Promise<Teller>;
}

/** What is at a place in a message. */
export interface Field {
  readonly role: Role;
  /** Whether it tells of the message, and how. */
  readonly slot: Slot | undefined;
  readonly isRepeat: boolean;
  /** Whether an object there is a message of its own, or something attached. */
  readonly isPart: boolean;
}

const slots: ReadonlySet<string> = new Set<Slot>([
  'time',
  'exactTime',
  'edited',
  'deleted',
  'authorId',
  'authorName',
  'authorFallback',
  'authorEmail',
  'thread',
  'channel',
  'workspace',
  'workspaceId',
  'link',
  'id',
  'kind',
  'channelId',
  'attachment',
  'attachmentPath',
]);

/** What is at the end of a way from the message. */
export function fieldAt(shape: JsonShape, way: string): Field {
  const role = roleOf(shape, way);
  return {
    role,
    slot: slots.has(role) ? (role as Slot) : undefined,
    isRepeat: role.startsWith('repeat'),
    isPart: isPartOf(shape, way),
  };
}

function roleOf({ roles, skip, nested }: JsonShape, way: string): Role {
  let rest = way;
  for (let dot = rest.indexOf('.'); dot > 0 && nested?.includes(rest.slice(0, dot)); dot = rest.indexOf('.'))
    rest = rest.slice(dot + 1);
  const dot = rest.indexOf('.');
  return (
    own(roles, rest) ??
    own(roles, `*.${rest.slice(rest.lastIndexOf('.') + 1)}`) ??
    (skip?.test(rest) ? 'skip' : undefined) ??
    (dot > 0 ? own(roles, `${rest.slice(0, dot)}.*`) : undefined) ??
    'text'
  );
}

function isPartOf({ parts, nested }: JsonShape, way: string): boolean {
  let rest = way;
  for (let dot = rest.indexOf('.'); dot > 0 && nested?.includes(rest.slice(0, dot)); dot = rest.indexOf('.'))
    rest = rest.slice(dot + 1);
  return nested?.includes(rest) === true || parts?.includes(rest) === true;
}

function own(roles: Readonly<Record<string, Role>>, name: string): Role | undefined {
  return Object.hasOwn(roles, name) ? roles[name] : undefined;
}
