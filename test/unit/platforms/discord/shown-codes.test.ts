import { exactIdentity, giftCodeIdentity, urlIdentity } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { shownCodes } from '../../../../src/platforms/discord/shown-codes.js';
import { textsOf } from '../../../../src/platforms/discord/message-texts.js';
import { EmbedBuilder, ActionRowBuilder, ButtonBuilder, ButtonStyle } from 'discord.js';

const shown = (text: string, codes: string[], identity = giftCodeIdentity): string[] => [...shownCodes([text], codes, identity)];

describe('a code is found as a whole', () => {
  it.for<[text: string, isFound: boolean]>([
    ['WOS', true],
    ['**WOS**: 100 gems', true],
    ['`WOS`, (WOS)', true],
    ['code:WOS.', true],
    ['wos', true],
    ['WOS2024', false],
    ['WOS-2024', false],
    ['WOS_2024', false],
    ['ÄWOS', false],
    ['_WOS_', false],
    ['W OS', false],
    ['', false],
  ])('WOS in "%s": %s', ([text, isFound]) => {
    expect(shown(text, ['WOS'])).toEqual(isFound ? ['WOS'] : []);
  });

  it('by the identity of the store', () => {
    expect(shown('wos', ['WOS'], exactIdentity)).toEqual([]);
    expect(shown('WOS', ['WOS'], exactIdentity)).toEqual(['WOS']);
  });

  it('of several words, with other characters inside and at its ends', () => {
    expect(shown('now: SUMMER SALE!', ['SUMMER SALE', 'SUMMER SALE!', 'SALE?'])).toEqual(['SUMMER SALE!']);
    expect(shown('(A.B)', ['A.B', '(A.B)'])).toEqual(['(A.B)']);
    expect(shown('(A.B)', ['A.B'])).toEqual(['A.B']);
    expect(shown('anything', ['!!!'])).toEqual([]);
  });

  it('and not where a longer code covers it', () => {
    const codes = ['SUMMER', 'SUMMER SALE'];
    expect(shown('SUMMER SALE', codes)).toEqual(['SUMMER SALE']);
    expect(shown('SUMMER SALE and SUMMER', codes).sort()).toEqual(codes);
  });

  it('in one text: two texts are never read as one', () => {
    expect([...shownCodes(['SUMMER', 'SALE'], ['SUMMER SALE'], giftCodeIdentity)]).toEqual([]);
  });
});

describe('a link is found by the identity', () => {
  const identity = urlIdentity();
  const link = 'https://example.com/News/1?b=2';

  it.for<[text: string, isFound: boolean]>([
    [link, true],
    [`new: <${link}>.`, true],
    [`new: ${link}.`, true],
    [`[title](${link}) and more`, true],
    [`${link}&utm_source=x`, true],
    ['https://EXAMPLE.com/News/1?b=2', true],
    ['https://example.com/news/1?b=2', false],
    [`${link}3`, false],
    ['example.com/News/1?b=2', false],
  ])('in "%s": %s', ([text, isFound]) => {
    expect(shown(text, [link], identity)).toEqual(isFound ? [link] : []);
  });

  it('that ends in a bracket of its own', () => {
    const wiki = 'https://example.com/A_(b)';
    expect(shown(`see ${wiki}`, [wiki], identity)).toEqual([wiki]);
  });
});

describe('the texts of a message', () => {
  it('are its content, and what embeds, components and polls say', () => {
    const message = {
      content: 'content',
      embeds: [
        {
          type: 'rich',
          title: 'title',
          url: 'url',
          description: 'description',
          fields: [{ name: 'name', value: 'value' }],
          footer: { text: 'footer', icon_url: 'no' },
          author: { name: 'author' },
        },
        { type: 'link', title: 'a preview' },
      ],
      components: [
        { type: 1, components: [{ type: 2, label: 'label', custom_id: 'id', emoji: { id: 'no' } }] },
        { type: 17, components: [{ type: 10, content: 'display' }] },
      ],
      poll: { question: { text: 'question' } },
      nonce: 'no',
    };
    const texts = [
      'content',
      'title',
      'url',
      'description',
      'name',
      'value',
      'footer',
      'author',
      'label',
      'id',
      'display',
      'question',
    ];
    expect(textsOf(message).sort()).toEqual(texts.sort());
  });

  it('are the same in a payload with builders', () => {
    const embed = new EmbedBuilder().setTitle('title').setFields({ name: 'WOS', value: 'v' }).setFooter({ text: 'footer' });
    const button = new ButtonBuilder().setCustomId('id').setLabel('label').setStyle(ButtonStyle.Primary);
    const components = [new ActionRowBuilder<ButtonBuilder>().setComponents(button)];
    const files = [Buffer.from('WOS')];
    expect(textsOf({ embeds: [embed], components, files }).sort()).toEqual(['WOS', 'footer', 'id', 'label', 'title', 'v']);
    expect(textsOf('text')).toEqual(['text']);
    expect(textsOf(undefined)).toEqual([]);
  });
});
