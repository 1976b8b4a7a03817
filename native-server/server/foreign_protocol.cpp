// No MQTT connection begins like any of these: its first packet is a CONNECT, 0x10.
#include "server/foreign_protocol.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace wasmqtt {

ForeignProtocol recognise_foreign_protocol(mqtt::Bytes first_bytes) {
  constexpr std::array<std::string_view, 9> kMethods{"GET ",     "HEAD ",  "POST ",    "PUT ", "DELETE ",
                                                     "OPTIONS ", "PATCH ", "CONNECT ", "PRI "};
  constexpr std::string_view kTlsHandshake = "\x16\x03";
  const std::string_view text = mqtt::as_text(first_bytes);
  const auto begins_with = [&](std::string_view beginning) { return text.starts_with(beginning); };
  if (begins_with(kTlsHandshake)) return ForeignProtocol::Tls;
  return std::any_of(kMethods.begin(), kMethods.end(), begins_with) ? ForeignProtocol::Http : ForeignProtocol::None;
}

}  // namespace wasmqtt
