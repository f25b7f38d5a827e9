package dev.millrace.net;

/** Which requests must carry the token. */
public enum Authentication {
    /** Those that delete; the rest is open to whoever reaches the address, which must be a loopback one. */
    DELETIONS,
    /** All but the health probes; needed to listen where other machines can reach it. */
    EVERYTHING
}
