package dev.millrace.node;

/**
 * A dead letter on loan to a {@link DeadReader}.
 *
 * @param letter
 *            what died
 * @param attempt
 *            how often it was lent in this channel, this time included; not the attempts it died of
 */
public record DeadLoan(DeadLetter letter, int attempt) {}
