// Writes endpoints the way an address bar takes them.
#include "net/tcp.h"

#include <spdlog/fmt/fmt.h>

namespace wasmqtt {

std::string endpoint_text(const TcpEndpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  if (endpoint.address().is_v6()) return fmt::format("[{}]:{}", address, endpoint.port());
  return fmt::format("{}:{}", address, endpoint.port());
}

}  // namespace wasmqtt
