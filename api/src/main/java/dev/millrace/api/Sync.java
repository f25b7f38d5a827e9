package dev.millrace.api;

/** When an embedded engine calls a publish durable. */
public enum Sync {
    /** After it was synced to the disk: it survives a power cut. */
    ALWAYS,
    /** After it was written; synced ten times a second. A power cut may take the last tenth, a killed process nothing. */
    INTERVAL,
    /** After it was written; the operating system decides. A power cut may take some seconds, a killed process nothing. */
    OS
}
