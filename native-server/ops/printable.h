// Text from a peer -> text that is safe in one line of a log.
#pragma once

#include <string>
#include <string_view>

namespace wasmqtt {

// Control characters and bytes beyond ASCII are written as \xNN, a backslash twice, and what is beyond `limit` bytes
// becomes "...".
std::string printable(std::string_view text, std::size_t limit = 128);

}  // namespace wasmqtt
