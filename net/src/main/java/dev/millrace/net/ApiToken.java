package dev.millrace.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The token that requests which delete must carry, in a file that only its user can read.
 *
 * <p>
 * The file also names the address it is for, so that the command line never sends the token to somebody else who happens
 * to listen where Millrace did. The token is made once and stays; the address is written at every start.
 * Several doors share one file; the one that the command line uses writes its address. Thread-safe.
 */
public final class ApiToken {
    private static final Logger LOG = LoggerFactory.getLogger(ApiToken.class);
    private static final Pattern LINE = Pattern.compile("(?m)^token = (mr_[A-Za-z0-9_-]{43})$");
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final int TOKEN_BYTES = 32;

    private final Path file;
    private final String token;

    private ApiToken(Path file, String token) {
        this.file = file;
        this.token = token;
    }

    /** The token of this file, made if there is none yet. */
    public static ApiToken in(Path file) {
        try {
            if (Files.exists(file)) {
                Matcher line = LINE.matcher(Files.readString(file));
                if (!line.find()) {
                    throw new IllegalStateException(
                            file + " holds no line 'token = mr_...'. Delete it: a new one is made at the next start");
                }
                return new ApiToken(file, line.group(1));
            }
        } catch (IOException e) {
            throw new IllegalStateException("the token file " + file + " cannot be read: " + e
                    + ". Make it readable to this user, or delete it", e);
        }
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        return new ApiToken(file, "mr_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    }

    /** Writes the file if there is none, for a server without the door that the command line uses. */
    public void writeIfMissing(String url) {
        if (!Files.exists(file)) {
            write(url);
        }
    }

    /** Writes the file anew, with the address at which the token is good. */
    public void write(String url) {
        String text = """
                # Needed for requests that delete; the command line finds it by itself. Keep it to yourself.
                url = %s
                token = %s
                """.formatted(url, token);
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalStateException("the token file " + file + " has no folder");
        }
        try {
            Files.createDirectories(folder);
            boolean posix = Files.getFileStore(folder).supportsFileAttributeView("posix");
            Path fresh = Files.createTempFile(folder, ".http-token", ".tmp", attributes(posix));
            Files.write(fresh, text.getBytes(StandardCharsets.UTF_8));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            if (!posix) {
                LOG.warn("{} lies on a file system without permissions: other users may be able to read it", file);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the token file " + file + " cannot be written: " + e
                    + ". Make its folder writable to this user", e);
        }
    }

    private static FileAttribute<?>[] attributes(boolean posix) {
        return posix ? new FileAttribute<?>[]{PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }

    public Path file() {
        return file;
    }

    /** Compares in constant time. */
    public boolean matches(String candidate) {
        return MessageDigest.isEqual(candidate.getBytes(StandardCharsets.UTF_8),
                token.getBytes(StandardCharsets.UTF_8));
    }
}
