package dev.millrace.interop.java;

class BrainlagTest extends JavaClientContract {
    @Override
    JavaClient connect(NsqServer server) {
        return new Brainlag(server);
    }
}
