// Bytes -> their SHA-1 digest, which the WebSocket handshake asks for. It proves nothing about anybody; don't use it
// for security.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wasmqtt {

using Sha1Digest = std::array<std::uint8_t, 20>;

// [FIPS 180-4 6.1]
Sha1Digest sha1(std::string_view message);

}  // namespace wasmqtt
