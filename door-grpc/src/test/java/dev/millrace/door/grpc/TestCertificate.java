package dev.millrace.door.grpc;

import dev.millrace.net.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/** A self-signed certificate and its key as PEM files, made by the JDK's keytool. */
record TestCertificate(Path certificate, Path key) {
    private static final String PASSWORD = "changeit";

    /** {@code host} is what the certificate is for, such as {@code ip:127.0.0.1}. */
    static TestCertificate make(Path folder, String name, String host) {
        Path store = folder.resolve(name + ".p12");
        try {
            Process keytool = new ProcessBuilder(
                    List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
                            "-alias", "one", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "SAN=" + host,
                            "-validity", "3650", "-keystore", store.toString(), "-storetype", "PKCS12", "-storepass",
                            PASSWORD))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!Files.exists(store)) {
                throw new AssertionError("keytool failed: " + said);
            }
            KeyStore made = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                made.load(in, PASSWORD.toCharArray());
            }
            return new TestCertificate(
                    pem(folder.resolve(name + ".crt"), "CERTIFICATE", made.getCertificate("one").getEncoded()),
                    pem(folder.resolve(name + ".key"), "PRIVATE KEY",
                            made.getKey("one", PASSWORD.toCharArray()).getEncoded()));
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static Path pem(Path file, String kind, byte[] bytes) throws IOException {
        return Files.writeString(file, "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(bytes)
                + "\n-----END " + kind + "-----\n");
    }

    TlsSettings settings() {
        return TlsSettings.of(certificate, key);
    }
}
