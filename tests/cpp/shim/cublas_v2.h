// Stands in for cuBLAS, whose headers come in a wheel of 400 MB: what torch's headers name of it.
#pragma once
typedef struct cublasContext* cublasHandle_t;
typedef enum { CUBLAS_STATUS_SUCCESS = 0 } cublasStatus_t;
