import type { REST } from '@discordjs/rest';
import type { Client, MessageCreateOptions, MessagePayload, Webhook, WebhookClient } from 'discord.js';
import { announce, type AnnounceOptions } from 'sent-code-store';
import {
  type DiscordClient,
  type DiscordDelivery,
  discordDelivery,
  type DiscordPayload,
  type DiscordRest,
  type DiscordWebhook,
} from 'sent-code-store/discord';
import { expectTypeOf, it } from 'vitest';

interface Gift {
  readonly code: string;
}

it('discord.js fits the parts that are asked of it', () => {
  expectTypeOf<Client>().toExtend<DiscordClient>();
  expectTypeOf<Client<true>>().toExtend<DiscordClient>();
  expectTypeOf<REST>().toExtend<DiscordRest>();
  expectTypeOf<Webhook>().toExtend<DiscordWebhook>();
  expectTypeOf<WebhookClient>().toExtend<DiscordWebhook>();
  expectTypeOf<MessageCreateOptions | MessagePayload>().toExtend<DiscordPayload>();
});

it('the preset is part of the options of a call', () => {
  expectTypeOf<DiscordDelivery<Gift>>().toExtend<Partial<AnnounceOptions<Gift>>>();
});

it('the items are known by codeOf, and codeOf is needed for items that are no strings', () => {
  const call = (client: DiscordClient): unknown => {
    const preset = discordDelivery({
      client,
      channelOf: () => '1',
      codeOf: ({ code }: Gift) => code,
      render: (gifts) => {
        expectTypeOf(gifts).toEqualTypeOf<Gift[]>();
        return '';
      },
    });
    expectTypeOf(preset.codeOf).toEqualTypeOf<(item: Gift) => string>();
    // @ts-expect-error -- the items are objects, and codeOf is missing
    discordDelivery({ client, channelOf: () => '1', render: (gifts: Gift[]) => gifts.map(({ code }) => code).join() });
    return announce({} as never, { guilds: [], codes: [{ code: 'A' }], ...preset });
  };
  expectTypeOf(call).toBeFunction();
});
