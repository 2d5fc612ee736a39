// Stands in for cuBLAS, whose headers come in a wheel of 400 MB: what torch's headers and examples name of it.
#pragma once
#include <cuda_runtime_api.h>
typedef struct cublasContext* cublasHandle_t;
typedef enum { CUBLAS_STATUS_SUCCESS = 0 } cublasStatus_t;
extern "C" cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream);
