package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsContextsTest {
    @TempDir static Path folder;
    private static TestCertificate rsa;
    private static TestCertificate ec;

    @BeforeAll
    static void makeCertificates() throws Exception {
        rsa = TestCertificate.make(folder, "RSA");
        ec = TestCertificate.make(folder, "EC");
    }

    /** The key alone stands at the end of a PKCS#8 block, in an octet string: for RSA as PKCS#1. */
    private static byte[] pkcs1(byte[] pkcs8) {
        for (int at = 0; at < pkcs8.length - 4; at++) {
            boolean octetsToTheEnd = pkcs8[at] == 0x04 && (pkcs8[at + 1] & 0xff) == 0x82
                    && (((pkcs8[at + 2] & 0xff) << 8) | (pkcs8[at + 3] & 0xff)) == pkcs8.length - at - 4;
            if (octetsToTheEnd) {
                return Arrays.copyOfRange(pkcs8, at + 4, pkcs8.length);
            }
        }
        throw new AssertionError("no octet string at the end of the key");
    }

    @Test
    void server_pkcs8Keys_work() throws IOException, GeneralSecurityException {
        for (TestCertificate one : new TestCertificate[]{rsa, ec}) {
            SslContext context = TlsContexts.server(TlsSettings.of(one.writeCertificate(folder.resolve("c.pem")),
                    one.writeKey(folder.resolve("k.pem"))));
            assertThat(context.isServer()).isTrue();
        }
    }

    @Test
    void privateKey_pkcs1_isTheSameKey() throws IOException {
        Path file = Files.writeString(folder.resolve("rsa.pem"),
                TestCertificate.pem("RSA PRIVATE KEY", pkcs1(rsa.key().getEncoded())));
        assertThat(Pem.privateKey(file)).isEqualTo(rsa.key());
    }

    /** SEC 1 as openssl ecparam writes it: { 1, the number, [0] { prime256v1 } }, after a block that names the curve. */
    @Test
    void privateKey_sec1_afterItsParameters_isTheSameKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        ECPrivateKey key = (ECPrivateKey) generator.generateKeyPair().getPrivate();
        String number = String.format("%064x", key.getS());
        byte[] curve = HexFormat.of().parseHex("06082a8648ce3d030107");
        byte[] sec1 = HexFormat.of().parseHex("3031" + "020101" + "0420" + number + "a00a" + "06082a8648ce3d030107");
        Path file = Files.writeString(folder.resolve("ec.pem"),
                TestCertificate.pem("EC PARAMETERS", curve) + TestCertificate.pem("EC PRIVATE KEY", sec1));
        assertThat(((ECPrivateKey) Pem.privateKey(file)).getS()).isEqualTo(key.getS());
    }

    @Test
    void privateKey_damagedSec1_saysSo() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.pem"),
                TestCertificate.pem("EC PRIVATE KEY", HexFormat.of().parseHex("3031020101042000")));
        assertThatThrownBy(() -> Pem.privateKey(file)).isInstanceOf(NetException.class).hasMessageContaining("bad.pem");
    }

    @Test
    void privateKey_encrypted_saysHowToDecrypt() throws IOException {
        Path file = Files.writeString(folder.resolve("secret.pem"),
                TestCertificate.pem("ENCRYPTED PRIVATE KEY", new byte[20]));
        assertThatThrownBy(() -> Pem.privateKey(file)).isInstanceOf(NetException.class)
                .hasMessageContaining("openssl pkey");
    }

    @Test
    void privateKey_fileWithoutKey_saysSo() throws Exception {
        Path file = rsa.writeCertificate(folder.resolve("only-cert.pem"));
        assertThatThrownBy(() -> Pem.privateKey(file)).isInstanceOf(NetException.class)
                .hasMessageContaining("no private key");
    }

    @Test
    void certificates_missingFile_namesIt() {
        assertThatThrownBy(() -> Pem.certificates(folder.resolve("missing.pem"))).isInstanceOf(NetException.class)
                .hasMessageContaining("missing.pem");
    }

    @Test
    void server_keyOfAnotherCertificate_isRefused() throws Exception {
        Path certificate = rsa.writeCertificate(folder.resolve("c1.pem"));
        Path key = ec.writeKey(folder.resolve("k1.pem"));
        assertThatThrownBy(() -> TlsContexts.server(TlsSettings.of(certificate, key)))
                .isInstanceOf(NetException.class)
                .hasMessageContaining("does not belong");
    }

    @Test
    void server_minVersion_isTheLowestOffered() throws Exception {
        Path certificate = rsa.writeCertificate(folder.resolve("c2.pem"));
        Path key = rsa.writeKey(folder.resolve("k2.pem"));
        TlsSettings only13 = new TlsSettings(certificate, key, ClientAuthPolicy.NONE, null, "tls1.3");
        assertThat(TlsContexts.server(only13)
                .newEngine(UnpooledByteBufAllocator.DEFAULT)
                .getEnabledProtocols()).containsExactly("TLSv1.3");
        TlsSettings unknown = new TlsSettings(certificate, key, ClientAuthPolicy.NONE, null, "tls2");
        assertThatThrownBy(() -> TlsContexts.server(unknown)).isInstanceOf(NetException.class)
                .hasMessageContaining("tls2");
    }
}
