/** The error whose message says all that people need: what lies behind it would only repeat it. */
export abstract class ToldInFull extends Error {}
