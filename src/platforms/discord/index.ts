/**
 * For bots on Discord: nonces, and what an error means for a message.
 *
 * @packageDocumentation
 */
export { classifyDiscordError } from './classify-discord-error.js';
export { discordNonce } from './discord-nonce.js';
export { findDiscordDelivery } from './find-discord-delivery.js';
export type { ErrorVerdict } from '../../delivery/options.js';
export type { ResendContext } from '../network/resend.js';
export type { DiscordClient, DiscordRest } from './discord-client.js';
export type { DiscordPayload, FindDiscordDeliveryOptions, RenderContext, RenderMessage } from './find-discord-delivery.js';
export type { MatchCodes } from './payload-check.js';
