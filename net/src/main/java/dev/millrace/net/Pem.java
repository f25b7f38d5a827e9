package dev.millrace.net;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads PEM files. Keys may be PKCS#8, or in the older forms that many tools still write, PKCS#1 (RFC 8017) and SEC 1
 * (RFC 5915); those are wrapped into PKCS#8 (RFC 5208), which is all the JDK reads.
 */
final class Pem {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
    private static final List<String> KEY_KINDS = List.of("RSA", "EC", "EdDSA");
    private static final byte[] RSA_ALGORITHM = bytes(0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
            0x01, 0x01, 0x05, 0x00);
    private static final byte[] EC_OID = bytes(0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01);
    private static final byte[] VERSION_0 = bytes(0x02, 0x01, 0x00);
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int PARAMETERS = 0xa0;

    private Pem() {}

    static X509Certificate[] certificates(Path file) {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            Matcher block = BLOCK.matcher(read(file));
            while (block.find()) {
                if (block.group(1).equals("CERTIFICATE")) {
                    Certificate one = factory
                            .generateCertificate(new ByteArrayInputStream(decode(file, block.group(2))));
                    found.add((X509Certificate) one);
                }
            }
        } catch (CertificateException e) {
            throw new NetException(file + " holds a certificate that cannot be read: " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new NetException(file + " holds no certificate: a block -----BEGIN CERTIFICATE----- is needed");
        }
        return found.toArray(X509Certificate[]::new);
    }

    static PrivateKey privateKey(Path file) {
        Matcher block = BLOCK.matcher(read(file));
        while (block.find()) {
            switch (block.group(1)) {
                case "PRIVATE KEY" -> {
                    return key(file, decode(file, block.group(2)));
                }
                case "RSA PRIVATE KEY" -> {
                    return key(file, wrap(RSA_ALGORITHM, plain(file, block.group(2))));
                }
                case "EC PRIVATE KEY" -> {
                    byte[] sec1 = plain(file, block.group(2));
                    return key(file, wrap(der(SEQUENCE, EC_OID, curve(file, sec1)), sec1));
                }
                case "ENCRYPTED PRIVATE KEY" -> throw encrypted(file);
                default -> {
                    // EC PARAMETERS, certificates: not a key, the next block may be one
                }
            }
        }
        throw new NetException(file + " holds no private key: a block -----BEGIN PRIVATE KEY----- is needed");
    }

    private static PrivateKey key(Path file, byte[] pkcs8) {
        for (String kind : KEY_KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException otherKind) {
                // try the next
            } catch (GeneralSecurityException e) {
                throw new NetException("this JDK has no keys of kind " + kind, e);
            }
        }
        throw new NetException(file + " holds a private key that is none of " + KEY_KINDS);
    }

    private static byte[] plain(Path file, String block) {
        if (block.indexOf(':') >= 0) {
            throw encrypted(file);
        }
        return decode(file, block);
    }

    private static NetException encrypted(Path file) {
        return new NetException(file + " holds an encrypted private key. Decrypt it: openssl pkey -in " + file
                + " -out plain.pem");
    }

    private static byte[] decode(Path file, String base64) {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new NetException(file + " is damaged: " + e.getMessage(), e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new NetException(file + " cannot be read: " + e, e);
        }
    }

    /** PrivateKeyInfo: version 0, algorithm, the key as octets. */
    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, VERSION_0, algorithm, der(OCTETS, key));
    }

    /** The curve's name in ECPrivateKey: SEQUENCE { version, octets, [0] { curve }, ... }. */
    private static byte[] curve(Path file, byte[] sec1) {
        try {
            int at = skipHeader(sec1, 0);
            while (at < sec1.length) {
                int content = skipHeader(sec1, at);
                int length = lengthOf(sec1, at);
                if ((sec1[at] & 0xff) == PARAMETERS) {
                    return Arrays.copyOfRange(sec1, content, content + length);
                }
                at = content + length;
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new NetException(file + " holds a damaged EC key", e);
        }
        throw new NetException(
                file + " holds an EC key without its curve. Rewrite it: openssl pkcs8 -topk8 -nocrypt -in "
                        + file + " -out key.pem");
    }

    private static int skipHeader(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int lengthOf(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = (length << 8) | (der[at + 2 + i] & 0xff);
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >>> 8);
            out.write(length);
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
