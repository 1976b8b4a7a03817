// The types that cross the boundary, and no other: Embind's own library registers some thirty, which no page would ever
// use, and brings the C library's printf to name those that nobody registered.
#include <emscripten.h>
#include <emscripten/bind.h>

#include <cstdint>
#include <string>

// Newer toolchains expect more of this library than the one function below; there it is linked as it is.
#if __EMSCRIPTEN_major__ == 3 && __EMSCRIPTEN_minor__ == 1 && __EMSCRIPTEN_tiny__ < 20

namespace {

using emscripten::memory_view;
using emscripten::internal::TypeID;

// As Embind's library numbers the kinds of typed arrays.
enum class TypedArray : unsigned { Uint8 = 1, Uint32 = 5, Float64 = 7 };

template <typename Element>
void register_view(TypedArray kind, const char* name) {
  emscripten::internal::_embind_register_memory_view(TypeID<memory_view<Element>>::get(), static_cast<unsigned>(kind),
                                                     name);
}

}  // namespace

// Embind asks for it where a type has no binding, which the module's test rules out.
extern "C" EMSCRIPTEN_KEEPALIVE const char* __getTypeName(const std::type_info*) {
  return "a type without a binding";
}

EMSCRIPTEN_BINDINGS(types) {
  using namespace emscripten::internal;
  _embind_register_void(TypeID<void>::get(), "void");
  _embind_register_bool(TypeID<bool>::get(), "bool", sizeof(bool), true, false);
  _embind_register_float(TypeID<double>::get(), "double", sizeof(double));
  _embind_register_emval(TypeID<emscripten::val>::get(), "emscripten::val");
  _embind_register_std_string(TypeID<std::string>::get(), "std::string");
  register_view<std::uint8_t>(TypedArray::Uint8, "Uint8Array");
  register_view<std::uint32_t>(TypedArray::Uint32, "Uint32Array");
  register_view<double>(TypedArray::Float64, "Float64Array");
}

#endif
