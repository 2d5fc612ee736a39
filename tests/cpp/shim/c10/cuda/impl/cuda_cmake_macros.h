// Stands in for the generated header that wheels of torch for CPU lack.
#pragma once
#define C10_CUDA_BUILD_SHARED_LIBS
