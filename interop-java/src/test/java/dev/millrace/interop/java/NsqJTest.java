package dev.millrace.interop.java;

class NsqJTest extends JavaClientContract {
    @Override
    JavaClient connect(NsqServer server) {
        return new NsqJ(server);
    }
}
