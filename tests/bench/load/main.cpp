// mqtt_load: loads a broker and prints what came of it.
#include <cstdio>
#include <exception>

#include "descriptor_limit.h"
#include "load_options.h"
#include "load_run.h"

int main(int argc, char** argv) {
  wasmqtt::load::Options options;
  int exit_code = 0;
  wasmqtt::load::raise_descriptor_limit();
  if (!wasmqtt::load::parse_options(argc, argv, options, exit_code)) return exit_code;
  try {
    std::puts(wasmqtt::load::run(options).to_json(options).c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mqtt_load: %s\n", error.what());
    return 1;
  }
}
