// A file's name -> its media type.
#pragma once

#include <string_view>

namespace wasmqtt {

// "text/html; charset=utf-8" for "page/index.html"; "application/octet-stream" for what is not known.
std::string_view content_type(std::string_view path);

}  // namespace wasmqtt
