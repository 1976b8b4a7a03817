// What a module without a broker has in its place.
#include "fields.h"

namespace wasmqtt {

void bind_broker() {}

}  // namespace wasmqtt
