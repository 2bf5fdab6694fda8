import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newWorld, recovered } from './bot/world.js';

const GUILD = '1406122908476112956';
const OTHER = '2';

describe('A code marked while the first store was away is in it before it is believed again', () => {
  it('through SIGKILL, with Mongo back at the restart', async () => {
    const world = await newWorld();
    const bot = await world.bot();
    await bot.call('markSent', GUILD, ['BEFORE']);
    await bot.call('filterUnsent', GUILD, ['BEFORE']);
    await world.proxy.mode('refuse');
    await bot.call('markSent', GUILD, ['A', 'B', 'C']);
    await bot.kill();
    expect(await world.sent(GUILD)).toEqual(['BEFORE']);
    await world.proxy.mode('pass');
    const next = await world.bot();
    expect(await next.call('filterUnsent', GUILD, ['A', 'B', 'C', 'BEFORE', 'NEW'])).toEqual(['NEW']);
    expect(await world.sent(GUILD)).toEqual(['A', 'B', 'BEFORE', 'C']);
  });

  it('through SIGKILL, with Mongo still away at the restart', async () => {
    const world = await newWorld();
    const bot = await world.bot();
    await bot.call('filterUnsent', GUILD, ['BEFORE']);
    await world.proxy.mode('refuse');
    await bot.call('markSent', GUILD, ['A']);
    await bot.kill();
    const next = await world.bot();
    expect(await next.call('filterUnsent', GUILD, ['A', 'NEW'])).toEqual(['NEW']);
    await next.call('markSent', GUILD, ['B']);
    await next.kill();
    await world.proxy.mode('pass');
    const last = await world.bot();
    expect(await last.call('filterUnsent', GUILD, ['A', 'B', 'NEW'])).toEqual(['NEW']);
    expect(await world.sent(GUILD)).toEqual(['A', 'B']);
  });

  it('through SIGKILL in the middle of the replay', async () => {
    const world = await newWorld();
    const codes = Array.from({ length: 6000 }, (_, index) => `CODE${index}`);
    const bot = await world.bot();
    await bot.call('filterUnsent', GUILD, ['X']);
    await world.proxy.mode('refuse');
    for (let start = 0; start < codes.length; start += 1000) await bot.call('markSent', GUILD, codes.slice(start, start + 1000));
    await bot.kill();
    await world.proxy.mode('pass');
    const second = await world.bot();
    const cut = second.call('filterUnsent', GUILD, ['X']).catch(() => undefined);
    let seen = 0;
    while (seen === 0) seen = await world.documents.countDocuments({ code: /^CODE/ }, {});
    await second.kill();
    await cut;
    expect(await world.documents.countDocuments({ code: /^CODE/ })).toBeLessThan(codes.length);
    const third = await world.bot();
    await recovered(third);
    expect(await third.call('filterUnsent', GUILD, [...codes, 'NEW'])).toEqual(['NEW']);
    expect(await world.documents.countDocuments({ code: /^CODE/ })).toBe(codes.length);
  });
});

describe('What cannot be known is never answered "unsent"', () => {
  it('a disk that was wiped while Mongo is away holds everything, unless trust says otherwise', async () => {
    const world = await newWorld();
    const bot = await world.bot();
    await bot.call('markSent', GUILD, ['A']);
    await world.proxy.mode('refuse');
    await bot.kill();
    for (const name of await readdir(world.folder)) await rm(join(world.folder, name), { force: true });
    const next = await world.bot();
    await expect(next.call('filterUnsent', GUILD, ['A', 'NEW'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
    await expect(next.call('claim', GUILD, ['A'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
    await next.call('markSent', GUILD, ['B']);
    await next.kill();
    const trusting = await world.bot({ trust: 'always' });
    expect(await trusting.call('filterUnsent', GUILD, ['A', 'B', 'NEW'])).toEqual(['A', 'NEW']);
  });

  it('a stalled server is an outage: the call returns while it stalls, and so do later ones', async () => {
    const world = await newWorld();
    const bot = await world.bot({ operationTimeoutMs: 2000 });
    await bot.call('markSent', GUILD, ['A']);
    await bot.call('filterUnsent', GUILD, ['A']);
    await world.proxy.mode('stall');
    expect(await bot.call('filterUnsent', GUILD, ['A', 'NEW'])).toEqual(['NEW']);
    expect(await bot.call('markSent', GUILD, ['B'])).toEqual({ marked: ['B'], alreadySent: [] });
    expect((await bot.call('status')).state).toBe('degraded');
    await world.proxy.mode('pass');
    await recovered(bot);
    expect(await world.sent(GUILD)).toEqual(['A', 'B']);
  });

  it('a code that was claimed on Mongo before a crash is not free for the mirror', async () => {
    const world = await newWorld();
    const bot = await world.bot();
    expect((await bot.call('claim', GUILD, ['A'])).claimed).toEqual(['A']);
    await bot.kill();
    await world.proxy.mode('refuse');
    const next = await world.bot();
    expect(await next.call('filterUnsent', GUILD, ['A', 'NEW'])).toEqual(['NEW']);
    expect(await next.call('claim', GUILD, ['A', 'NEW'])).toMatchObject({ claimed: ['NEW'], uncertain: ['A'] });
  });

  it('a guild that another process writes too is held in an outage; the others go on', async () => {
    const world = await newWorld();
    const bot = await world.bot();
    const stranger = await world.bot({}, join(world.folder, 'stranger.json'));
    await bot.call('filterUnsent', GUILD, ['A']);
    await bot.call('filterUnsent', OTHER, ['A']);
    await stranger.call('markSent', GUILD, ['A']);
    expect(await bot.call('filterUnsent', GUILD, ['A', 'B'])).toEqual(['B']);
    expect(bot.events).toContainEqual(expect.objectContaining({ type: 'foreign-writer', guildId: GUILD }));
    await bot.kill();
    await world.proxy.mode('refuse');
    const next = await world.bot();
    await expect(next.call('filterUnsent', GUILD, ['B'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
    expect((await next.call('claim', OTHER, ['A'])).claimed).toEqual(['A']);
  });
});

describe('The mirror', () => {
  it('damaged while Mongo is up: the bot goes on, the data is set aside, and the mirror is filled again', async () => {
    const world = await newWorld();
    const bot = await world.bot();
    await bot.call('markSent', GUILD, ['A', 'B']);
    await bot.call('close');
    await bot.kill();
    const text = await readFile(world.path, 'utf8');
    await writeFile(world.path, text.replace('{', '{{{'));
    for (const name of await readdir(world.folder)) {
      if (name.includes('.journal')) await writeFile(join(world.folder, name), 'rubbish\nrubbish\n');
    }
    const next = await world.bot();
    expect(await next.call('filterUnsent', GUILD, ['A', 'B', 'NEW'])).toEqual(['NEW']);
    await next.call('markSent', GUILD, ['C']);
    expect(next.events).toContainEqual(expect.objectContaining({ type: 'mirror-set-aside' }));
    expect((await readdir(world.folder)).some((name) => name.includes('.damaged-'))).toBe(true);
    await world.proxy.mode('refuse');
    expect(await next.call('filterUnsent', GUILD, ['A', 'B', 'C', 'NEW'])).toEqual(['NEW']);
  });

  it('fills a database that was replaced by an empty one before anything is offered', async () => {
    const world = await newWorld();
    const bot = await world.bot();
    await bot.call('markSent', GUILD, ['A', 'B']);
    await bot.call('markSent', OTHER, ['C']);
    await world.documents.drop();
    expect(await bot.call('filterUnsent', GUILD, ['A', 'NEW'])).toEqual(['NEW']);
    expect([await world.sent(GUILD), await world.sent(OTHER)]).toEqual([['A', 'B'], ['C']]);
    expect(bot.events).toContainEqual(expect.objectContaining({ type: 'first-store-replaced' }));
    await bot.kill();
    await world.documents.drop();
    const next = await world.bot();
    expect(await next.call('filterUnsent', GUILD, ['NEW'])).toEqual(['NEW']);
    expect([await world.sent(GUILD), await world.sent(OTHER)]).toEqual([['A', 'B'], ['C']]);
  });

  it('does not bring back a code that was forgotten on another host', async () => {
    const world = await newWorld();
    const one = await world.bot();
    const two = await world.bot({}, join(world.folder, 'two.json'));
    await two.call('markSent', GUILD, ['AGAIN']);
    await two.call('filterUnsent', GUILD, ['AGAIN']);
    expect(await one.call('forget', GUILD, ['AGAIN'])).toBe(1);
    await world.proxy.mode('refuse');
    await two.call('markSent', GUILD, ['OTHER']);
    await two.kill();
    await world.proxy.mode('pass');
    const next = await world.bot({}, join(world.folder, 'two.json'));
    await recovered(next);
    expect(await world.sent(GUILD)).toEqual(['OTHER']);
    expect(await next.call('filterUnsent', GUILD, ['AGAIN', 'OTHER'])).toEqual(['AGAIN']);
  });
});
