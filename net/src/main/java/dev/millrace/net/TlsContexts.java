package dev.millrace.net;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;

/** Makes TLS contexts of PEM files, on the JDK's own TLS: no native library, no second certificate store. */
public final class TlsContexts {
    private static final List<String> VERSIONS = List.of("tls1.0", "tls1.1", "tls1.2", "tls1.3");
    private static final List<String> PROTOCOLS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

    private TlsContexts() {}

    /**
     * For listening sockets.
     *
     * @throws NetException
     *             naming the file that cannot be used and why
     */
    public static SslContext server(TlsSettings settings) {
        try {
            return serverBuilder(settings).build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new NetException("TLS with " + settings.certificateFile() + " and " + settings.keyFile()
                    + " cannot be set up: " + e.getMessage(), e);
        }
    }

    /** The same, for a protocol that has something to add. */
    public static SslContextBuilder serverBuilder(TlsSettings settings) {
        PrivateKey key = Pem.privateKey(settings.keyFile());
        X509Certificate[] chain = Pem.certificates(settings.certificateFile());
        if (!belongsTo(key, chain[0])) {
            throw new NetException("the key in " + settings.keyFile() + " does not belong to the first certificate in "
                    + settings.certificateFile() + ". Give the pair that was made together");
        }
        SslContextBuilder builder = SslContextBuilder.forServer(key, chain)
                .sslProvider(SslProvider.JDK)
                .protocols(protocols(settings.minVersion()));
        switch (settings.clientAuth()) {
            case NONE -> builder.clientAuth(ClientAuth.NONE);
            case REQUIRE -> builder.clientAuth(ClientAuth.REQUIRE).trustManager(InsecureTrustManagerFactory.INSTANCE);
            case REQUIRE_VERIFY -> {
                builder.clientAuth(ClientAuth.REQUIRE);
                Path roots = settings.rootCaFile();
                if (roots != null) {
                    builder.trustManager(Pem.certificates(roots));
                }
            }
        }
        return builder;
    }

    /** The JDK finds out only at the first handshake; so sign something and look whether the certificate confirms it. */
    private static boolean belongsTo(PrivateKey key, X509Certificate certificate) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        byte[] probe = certificate.getSerialNumber().toByteArray();
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(probe);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException otherKind) {
            return false;
        } catch (NoSuchAlgorithmException e) {
            throw new NetException("this JDK has no signatures of kind " + algorithm, e);
        }
    }

    private static List<String> protocols(String minVersion) {
        int first = minVersion.equals("ssl3.0") ? 0 : VERSIONS.indexOf(minVersion);
        if (first < 0) {
            throw new NetException("TLS version '" + minVersion + "' is not known: use one of " + VERSIONS);
        }
        return PROTOCOLS.subList(first, PROTOCOLS.size());
    }
}
