/**
 * For bots on Discord: nonces, and what errors say of a message.
 *
 * @packageDocumentation
 */
export { classifyDiscordError } from './classify-discord-error.js';
export { discordNonce } from './discord-nonce.js';
export type { ErrorVerdict } from '../../delivery/options.js';
export type { ResendContext } from '../network/resend.js';
