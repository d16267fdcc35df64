import type { TextFormat } from '../document.ts';
import { snowflakeTime } from './discord.ts';
import { headText } from './head-text.ts';
import { type HtmlShape, readHtmlExport } from './html-export.ts';
import { decodeHtmlText } from './html-text.ts';
import { authorOf } from './told.ts';

// Telegram Desktop, Telegram/SourceFiles/export/output/export_output_html.cpp.
const telegramShape: HtmlShape = {
  system: 'telegram',
  marks: ['<div class="message '],
  header: (html) => ({ channel: inner(/<div class="page_header">[\s\S]{0,400}?<div class="text bold">([\s\S]*?)<\/div>/, html) }),
  read(html, last) {
    // A message that is joined to the one before has its author.
    const joined = /^<div class="message [^"]*\bjoined\b/.test(html) ? last.authorName : undefined;
    return {
      authorName: inner(/<div class="from_name">([\s\S]*?)(?:<span|<\/div>)/, html) ?? joined,
      time: /<div class="pull_right date details" title="([^"]*)"/.exec(html)?.[1],
    };
  },
  tell: ({ authorName, time }, { channel }) => ({
    channel,
    author: authorOf(undefined, authorName),
    timestamp: telegramTime(time),
  }),
};

/** `02.01.2024 10:00:00 UTC+01:00`; older versions leave out the zone. */
function telegramTime(written: string | undefined): string | undefined {
  const [, day, month, year, clock, zone] =
    /^(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(?: UTC([+-]\d\d:\d\d))?$/.exec(written ?? '') ?? [];
  if (!day) return undefined;
  const local = `${year}-${month}-${day}T${clock}`;
  if (!zone) return local;
  const ms = Date.parse(local + zone);
  return Number.isNaN(ms) ? local : new Date(ms).toISOString();
}

// DiscordChatExporter.Core/Exporting/MessageGroupTemplate.cshtml; attributes may be without quotes.
const discordShape: HtmlShape = {
  system: 'discord',
  marks: ['id=chatlog__message-container-', 'id="chatlog__message-container-'],
  header(html) {
    const [workspace, channel] = [...html.matchAll(/<div class="?preamble__entry"?>([\s\S]*?)<\/div>/g)].map((match) =>
      decodeHtmlText(match[1]),
    );
    return { workspace, channel: channel?.split(' / ').at(-1) };
  },
  read(html, last) {
    const author = /<span class="?chatlog__author"?([^>]*)>([\s\S]*?)<\/span>/.exec(html);
    return {
      id: /chatlog__message-container-(\d+)/.exec(html)?.[1],
      authorId: author ? /data-user-id="?(\d+)/.exec(author[1])?.[1] : last.authorId,
      authorName: author
        ? (/title="([^"]*)"|title=([^\s>]+)/.exec(author[1])?.slice(1).find(Boolean) ?? decodeHtmlText(author[2]))
        : last.authorName,
      edited: /chatlog__edited-timestamp/.exec(html)?.[0],
    };
  },
  tell: ({ id, authorId, authorName, edited }, { workspace, channel }) => ({
    workspace,
    channel,
    author: authorOf(authorId, authorName),
    timestamp: snowflakeTime(id),
    edited: edited ? true : undefined,
  }),
};

// What eDiscovery writes as a conversation's transcript; nothing tells how it marks its messages, so it is read as one text.
// https://learn.microsoft.com/purview/edisc-review-set-teams-data
const teamsShape: HtmlShape = {
  system: 'teams',
  marks: [],
  header: (html) => ({ channel: inner(/<title>([\s\S]*?)<\/title>/i, html) }),
  read: (_html, last) => last,
  tell: (_told, { channel }) => ({ channel }),
};

function inner(pattern: RegExp, html: string): string | undefined {
  const found = pattern.exec(html)?.[1];
  return found === undefined ? undefined : decodeHtmlText(found) || undefined;
}

/** A page of a chat that Telegram Desktop wrote: messages.html, messages2.html and so on. */
export const telegramHtml: TextFormat = {
  name: 'telegram-html',
  recognise(head) {
    const text = headText(head);
    return /<div class="page_header">/.test(text) && /<div class="(?:message |history)/.test(text) ? 0.95 : 0;
  },
  views: (document, context) => readHtmlExport(telegramShape, document, context),
};

/** A channel that DiscordChatExporter wrote as a page. */
export const discordHtml: TextFormat = {
  name: 'discord-html',
  recognise: (head) =>
    /<!doctype html>/i.test(headText(head, 1000)) && /chatlog__|preamble__entry/.test(headText(head, head.length)) ? 0.9 : 0,
  views: (document, context) => readHtmlExport(discordShape, document, context),
};

/** A conversation's transcript of Microsoft eDiscovery. */
export const teamsHtml: TextFormat = {
  name: 'teams-html',
  recognise(head) {
    const text = headText(head);
    return /<html/i.test(text) &&
      /IPM\.SkypeTeams\.Message|TeamsMessagesData|19:[0-9a-z_-]+@(?:thread\.(?:v2|tacv2|skype)|unq\.gbl\.spaces)/i.test(text)
      ? 0.7
      : 0;
  },
  views: (document, context) => readHtmlExport(teamsShape, document, context),
};
