/**
 * Parameters that say where a reader came from, and nothing about the page. A `*` at the end stands
 * for all names that begin so.
 *
 * Never change the list: records keep their identity, so another list is another version of the
 * identity. Names that choose the page on some sites (`ref`, `si`, `feature`, `source`) are left
 * out: to drop such a name would hide a new page.
 */
export const TRACKING_PARAMS: readonly string[] = [
  'utm_*',
  'mtm_*',
  'pk_campaign',
  'pk_kwd',
  '_ga',
  '_gl',
  '_openstat',
  '_hsenc',
  '_hsmi',
  'dclid',
  'epik',
  'fbclid',
  'gad_campaignid',
  'gad_source',
  'gbraid',
  'gclid',
  'gclsrc',
  'igsh',
  'igshid',
  'li_fat_id',
  'mc_cid',
  'mc_eid',
  'mkt_tok',
  'msclkid',
  'oly_anon_id',
  'oly_enc_id',
  'srsltid',
  'ttclid',
  'twclid',
  'vero_id',
  'wbraid',
  'yclid',
  'ysclid',
];
