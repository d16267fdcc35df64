import type { TextFormat } from '../document.ts';
import { discord, discordPackage } from './discord.ts';
import { googleChat } from './google-chat.ts';
import { mattermost } from './mattermost.ts';
import { rocketChat } from './rocket-chat.ts';
import { slack } from './slack.ts';
import { teams, teamsUser } from './teams.ts';
import { telegram } from './telegram.ts';
import { zulip } from './zulip.ts';

export const chatFormats: readonly TextFormat[] = [
  slack,
  discord,
  discordPackage,
  teams,
  teamsUser,
  mattermost,
  telegram,
  rocketChat,
  googleChat,
  zulip,
];
