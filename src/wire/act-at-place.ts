import { Secret } from '../model/secret.ts';
import type { AdminUrl } from './admin-url.ts';
import { type Session, talkAt } from './ask-places.ts';
import { shownText } from './conceal.ts';
import { normaliseHost } from './hosts.ts';
import { type Place, placesOf } from './places.ts';
import type { ProtocolContext } from './protocol.ts';
import type { Acted } from './transport.ts';

/** What is done to a login of a server, with a login of ours. */
export interface ServerAct {
  /** The hosts that the leaked credential names. */
  readonly leaked: string;
  readonly admin: AdminUrl;
  readonly defaultPort: number;
}

/**
 * Acts at our server, once it is certain to be the server that the leaked credential is of: a login of the same name on
 * another one is somebody else's. `begin` is called right before the first thing that changes something: what breaks off
 * behind it is in doubt, and what breaks off before was not done.
 */
export async function actAtPlace(
  { leaked, admin, defaultPort }: ServerAct,
  context: ProtocolContext,
  act: (session: Session, begin: () => void) => Promise<Acted>,
): Promise<Acted> {
  const stranger = await whyElsewhere(placesOf(leaked, defaultPort), admin, false, context);
  if (stranger !== undefined) return { outcome: 'refused', evidence: stranger };
  let isBegun = false;
  const talked = await talkAt(admin, context, (session) =>
    act(session, () => {
      isBegun = true;
    }),
  );
  const acted: Acted = 'said' in talked ? talked.said : { outcome: isBegun ? 'in-doubt' : 'refused', evidence: talked.reason };
  const hide = [...context.hide, new Secret(admin.password)];
  return { ...acted, evidence: shownText(acted.evidence, hide, 300) };
}

/**
 * Why our server is not the leaked credential's; undefined when it is: by its name, or else by the
 * address of the name. `anyPort`: ours is spoken to at a port of its own, as management APIs are.
 */
export async function whyElsewhere(
  places: readonly Place[],
  admin: Place,
  anyPort: boolean,
  { wire, to }: ProtocolContext,
): Promise<string | undefined> {
  if (places.length === 0) return 'what stands for its host names no place, so nothing tells whose login it is';
  const isPort = ({ port }: Place) => anyPort || port === admin.port;
  if (places.some((place) => isPort(place) && normaliseHost(place.host) === admin.host)) return undefined;
  const own = await wire.reach(admin.host, admin.port, to);
  if ('failure' in own) return own.failure.detail;
  for (const place of places) {
    const reached = await wire.reach(place.host, place.port, to);
    if ('failure' in reached) return reached.failure.detail;
    if (reached.address === own.address && (anyPort || reached.port === own.port)) return undefined;
  }
  const named = places.map(({ host, port }) => (anyPort ? host : `${host}:${port}`)).join(', ');
  const ours = anyPort ? admin.host : `${admin.host}:${admin.port}`;
  return `it is a login of ${named}, and the credential of ours is for ${ours}: nothing was done`;
}
