// Bytes -> their Base64 text, with padding. [RFC4648 4]
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wasmqtt {

std::string base64_encoded(std::span<const std::uint8_t> bytes);

// True for the Base64 text of exactly `bytes` bytes.
bool is_base64_of(std::string_view text, std::size_t bytes);

}  // namespace wasmqtt
