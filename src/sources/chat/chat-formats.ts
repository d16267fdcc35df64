import type { TextFormat } from '../document.ts';
import { discord, discordPackage } from './discord.ts';
import { discordCsv } from './discord-csv.ts';
import { googleChat } from './google-chat.ts';
import { discordHtml, teamsHtml, telegramHtml } from './html-formats.ts';
import { eml, mbox } from './mail.ts';
import { mattermost } from './mattermost.ts';
import { outlookStore } from './outlook-store.ts';
import { withPastedOutput } from './pasted-output.ts';
import { rocketChat } from './rocket-chat.ts';
import { slack } from './slack.ts';
import { teams, teamsUser } from './teams.ts';
import { telegram } from './telegram.ts';
import { zulip } from './zulip.ts';

/** Every kind of chat export and mail; the one that is surest of a document reads it. */
export const chatFormats: readonly TextFormat[] = [
  slack,
  discord,
  discordPackage,
  discordCsv,
  discordHtml,
  teams,
  teamsUser,
  teamsHtml,
  mattermost,
  telegram,
  telegramHtml,
  rocketChat,
  googleChat,
  zulip,
  mbox,
  eml,
  outlookStore,
].map(withPastedOutput);
