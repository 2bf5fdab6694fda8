/**
 * For bots on Discord: all options of a delivery, and their parts.
 *
 * @packageDocumentation
 */
export { classifyDiscordError } from './classify-discord-error.js';
export { discordDelivery } from './discord-delivery.js';
export { discordNonce } from './discord-nonce.js';
export { findDiscordDelivery } from './find-discord-delivery.js';
export type { ClassifyError, ErrorVerdict, SendContext } from '../../delivery/options.js';
export type { FindDelivery } from '../../delivery/find-delivery.js';
export type { ResendContext } from '../network/resend.js';
export type { DiscordClient, DiscordRest, DiscordWebhook } from './discord-client.js';
export type { DiscordDelivery, DiscordDeliveryOptions } from './discord-delivery.js';
export type { DiscordPayload, FindDiscordDeliveryOptions, RenderContext, RenderMessage } from './find-discord-delivery.js';
export type { MatchCodes } from './payload-check.js';
