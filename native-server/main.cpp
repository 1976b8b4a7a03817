// The program wasmqtt-server: a command line -> a server that runs until it is told to stop.
#include <csignal>
#include <cstdio>
#include <exception>
#include <variant>

#include "config/command_line.h"
#include "net/run_reactor.h"
#include "ops/descriptor_limit.h"
#include "ops/log.h"
#include "ops/stop_signals.h"
#include "server/server.h"

namespace {

void run(const wasmqtt::ServerOptions& options) {
  wasmqtt::Reactor reactor(wasmqtt::make_stderr_log(options.log_level));
  wasmqtt::raise_descriptor_limit();
  wasmqtt::Server server(reactor, options);
  const wasmqtt::StopSignals signals(reactor.io, [&](const char* name) {
    reactor.log->info("{}: shutting down", name);
    server.shut_down();
  });
  wasmqtt::run_reactor(reactor);
  reactor.log->info("stopped");
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = wasmqtt::parse_command_line(argc, argv);
  if (const auto* leave = std::get_if<wasmqtt::Exit>(&parsed)) {
    std::fputs(leave->text.c_str(), leave->status == 0 ? stdout : stderr);
    return leave->status;
  }
  // A log whose reader has ended is written in vain, and the clients are served all the same.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    run(std::get<wasmqtt::ServerOptions>(parsed));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wasmqtt-server: %s\n", error.what());
    return 1;
  }
  return 0;
}
