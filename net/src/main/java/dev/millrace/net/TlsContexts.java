package dev.millrace.net;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes TLS contexts of PEM files, on the JDK's own TLS: no native library, no second certificate store. */
public final class TlsContexts {
    private static final List<String> VERSIONS = List.of("tls1.0", "tls1.1", "tls1.2", "tls1.3");
    private static final List<String> PROTOCOLS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

    private static final Logger LOG = LoggerFactory.getLogger(TlsContexts.class);

    private TlsContexts() {}

    /**
     * For listening sockets. Not by Netty's builder: its classes try out the JDK with a key store and the JDK's roots when
     * they are loaded, which takes longer than all the rest of a start.
     *
     * @throws NetException
     *             naming the file that cannot be used and why
     */
    public static SslContext server(TlsSettings settings) {
        KeyManagerFactory key = key(settings);
        TrustManagerFactory trust = trust(settings);
        try {
            return context(key.getKeyManagers(), trust == null ? null : trust.getTrustManagers(), clientAuth(settings),
                    protocols(settings.minVersion()).toArray(String[]::new));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new NetException("TLS with " + settings.certificateFile() + " and " + settings.keyFile()
                    + " cannot be set up: " + e.getMessage(), e);
        }
    }

    /** The same, for a protocol that has something to add. */
    public static SslContextBuilder serverBuilder(TlsSettings settings) {
        return SslContextBuilder.forServer(key(settings))
                .sslProvider(SslProvider.JDK)
                .protocols(protocols(settings.minVersion()))
                .clientAuth(clientAuth(settings))
                .trustManager(trust(settings));
    }

    /**
     * Begins, in a thread of its own, to load what the first context needs, while the caller does something else. Nothing
     * depends on it.
     */
    public static void prepare() {
        Thread.ofPlatform().daemon().name("tls-prepare").start(() -> {
            try {
                context(new KeyManager[0], trusting().getTrustManagers(), ClientAuth.NONE, new String[]{"TLSv1.3"});
            } catch (GeneralSecurityException e) {
                LOG.debug("TLS could not be prepared; whoever needs it says what is wrong", e);
            }
        });
    }

    private static SslContext context(KeyManager[] keys, TrustManager @Nullable [] trust, ClientAuth clients,
            String[] protocols) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust, null);
        return new JdkSslContext(context, false, null, IdentityCipherSuiteFilter.INSTANCE, null, clients, protocols,
                false);
    }

    private static ClientAuth clientAuth(TlsSettings settings) {
        return settings.clientAuth() == ClientAuthPolicy.NONE ? ClientAuth.NONE : ClientAuth.REQUIRE;
    }

    private static KeyManagerFactory key(TlsSettings settings) {
        PrivateKey key = Pem.privateKey(settings.keyFile());
        X509Certificate[] chain = Pem.certificates(settings.certificateFile());
        if (!belongsTo(key, chain[0])) {
            throw new NetException("the key in " + settings.keyFile() + " does not belong to the first certificate in "
                    + settings.certificateFile() + ". Give the pair that was made together");
        }
        try {
            KeyStore store = emptyStore();
            char[] none = new char[0];
            store.setKeyEntry("key", key, none, chain);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, none);
            return factory;
        } catch (GeneralSecurityException e) {
            throw new NetException("TLS with " + settings.certificateFile() + " and " + settings.keyFile()
                    + " cannot be set up: " + e.getMessage(), e);
        }
    }

    /** Null for the JDK's own roots. */
    private static @Nullable TrustManagerFactory trust(TlsSettings settings) {
        return switch (settings.clientAuth()) {
            // Nobody is asked for a certificate; without a word on whom to trust the JDK would read its 150 roots.
            case NONE -> trusting();
            case REQUIRE -> InsecureTrustManagerFactory.INSTANCE;
            case REQUIRE_VERIFY -> {
                Path roots = settings.rootCaFile();
                yield roots == null ? null : trusting(Pem.certificates(roots));
            }
        };
    }

    private static TrustManagerFactory trusting(X509Certificate... roots) {
        try {
            KeyStore store = emptyStore();
            for (int i = 0; i < roots.length; i++) {
                store.setCertificateEntry("root-" + i, roots[i]);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory;
        } catch (GeneralSecurityException e) {
            throw new NetException("this JDK cannot hold certificates: " + e.getMessage(), e);
        }
    }

    /** In memory only. The JDK's usual kind would encrypt the key and decrypt it again, which a start would wait for. */
    private static KeyStore emptyStore() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("JKS");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new UncheckedIOException("nothing was to be read", e);
        }
        return store;
    }

    /**
     * The JDK finds out only at the first handshake. Of RSA each half says which other it belongs to; with the other kinds
     * something is signed, and the certificate has to confirm it.
     */
    private static boolean belongsTo(PrivateKey key, X509Certificate certificate) {
        if (key instanceof RSAPrivateCrtKey mine && certificate.getPublicKey() instanceof RSAPublicKey theirs) {
            return mine.getModulus().equals(theirs.getModulus())
                    && mine.getPublicExponent().equals(theirs.getPublicExponent());
        }
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
